// What lab.js takes and gives. Types only.

export {};

/**
 * Every option of a run; `options.json` has their ranges, defaults and meanings, and tests/browser/types.test.mjs holds
 * the two together.
 * @typedef {object} Options
 * @property {Preset} preset
 * @property {Shape} source
 * @property {Shape} target
 * @property {number} dim
 * @property {Digit} digit
 * @property {string} text
 * @property {number} board
 * @property {number} points
 * @property {number} sourcePoints
 * @property {'independent' | 'ot' | 'reflow'} coupling
 * @property {number} group
 * @property {'linear' | 'cosine' | 'vp'} schedule
 * @property {number} sigmaMin
 * @property {number} sigma
 * @property {number} width
 * @property {number} depth
 * @property {'relu' | 'silu' | 'gelu' | 'selu' | 'tanh'} activation
 * @property {'raw' | 'mlp' | 'sinusoidal' | 'joined'} time
 * @property {'ignored' | 'told'} classes
 * @property {number} embedding
 * @property {'velocity' | 'target'} predict
 * @property {'adam' | 'adamw'} optimiser
 * @property {number} learningRate
 * @property {'none' | 'cosine'} annealing
 * @property {number} weightDecay
 * @property {number} batch
 * @property {number} steps
 * @property {'uniform' | 'late'} timeSampling
 * @property {number} ema
 * @property {number} labelDrop
 * @property {Digit} label
 * @property {number} guidance
 * @property {Solver} solver
 * @property {number} solverSteps
 * @property {number} tolerance
 * @property {number} count
 * @property {number} seed
 * @property {'auto' | 'gpu' | 'cpu'} device
 */

/**
 * @typedef {'none' | 'moons' | 'moons-ot' | 'ring' | 'checkerboard' | 'checkerboard-8' | 'checkerboard-5' | 'digit-3' |
 *   'digits'} Preset
 */
/**
 * @typedef {'gaussian' | 'uniform' | '8gaussians' | 'moons' | 'ring' | 'checkerboard' | 'scurve' | 'spiral' |
 *   'pinwheel' | 'circles' | 'text' | 'points' | 'digits'} Shape
 */
/** @typedef {'all' | '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'} Digit */
/** @typedef {'euler' | 'midpoint' | 'heun' | 'rk4' | 'dopri5'} Solver */

/**
 * An option as options.json has it; `min` and `max` are the range of a number, or `max` the letters of a text.
 * @typedef {object} Spec
 * @property {string} name
 * @property {string} group
 * @property {string} doc
 * @property {'choice' | 'text' | 'integer' | 'number'} type
 * @property {{ name: string, doc: string }[]} [choices]
 * @property {number} [min]
 * @property {number} [max]
 */

/** @typedef {[name: string, text: string]} Pair an option as it stands in a link */

/** @typedef {{ [Name in keyof Options]?: Options[Name] | string } | Pair[]} OptionsGiven some of them, or as pairs */

/** @typedef {'source' | 'target'} End of the flow */

/** @typedef {import('./errors.js').LabError} LabError */

/** @typedef {{ option: string, value: string, problem: string, used: string | null }} Note `used`: null, left out */

/** @typedef {{ options: Options, changed: Pair[], notes: Note[] }} Checked `changed`: what a link must hold */

/** @typedef {{ kind: 'webgpu' | 'cpu', adapter: string, reason: string, selfCheck: string }} Device */

/**
 * How far training is; the loss is the mean of the last 100 steps, null before the first, its floor null while it is
 * not known.
 * @typedef {{ step: number, loss: number | null, lossFloor: number | null, stepsPerSecond: number, workers: number }}
 *   Progress
 */

/** @typedef {{ loaded: number, total: number }} Bytes of a file on its way; `total` is 0 where nobody says */

/**
 * Generated points on their way: T × count × dim positions at T times.
 * @typedef {{ times: Float32Array, positions: Float32Array, count: number, dim: number, evaluations: number }} Samples
 */

/**
 * What is asked of a sampling; what is not named is the run's own. With `ends` only the first and the last positions
 * come.
 * @typedef {object} Sampling
 * @property {number} [count]
 * @property {number} [steps]
 * @property {Solver} [solver]
 * @property {number} [tolerance]
 * @property {Digit} [label]
 * @property {number} [guidance]
 * @property {number} [seed]
 * @property {boolean} [ends]
 */

/** @typedef {{ step: number, values: Float32Array }} Weights the model as it was after so many steps */

/** @typedef {{ id: number, step: number, numbers: number }} Kept a model that the worker keeps, of so many numbers */

/** @typedef {{ at?: number | Kept, weights?: Float32Array }} OfModel of the past: kept, or by its weights */

/** @typedef {Record<'x0' | 'x1' | 't' | 'xt' | 'ut', Float32Array>} Batch what one training step sees */

/**
 * One training step and what happened in it: the network's answers at (xt, t) before and after.
 * @typedef {Batch & { before: Float32Array, after: Float32Array, step: number, loss: number, dim: number }} Recorded
 */

/** @typedef {'exact' | { quadrature: number } | { estimate: number }} Exactness nodes, or points that stand for all */

/** @typedef {{ loss: number, standardError: number, exactness: Exactness }} Floor the lowest loss that there can be */

/**
 * Generated points against fresh ones of the target; a floor is what two fresh sets of the target come to. The class
 * accuracies are null where no class was asked for.
 * @typedef {Record<'count' | 'evaluations' | 'insideShare' | 'insideShareTarget' | 'worstMode' | 'worstModeTarget' |
 *   'w2' | 'w2Floor' | 'w2Count' | 'slicedW2' | 'slicedW2Floor' | 'npe' | 'pathEnergy' | 'straightness', number> &
 *   { classAccuracy: number | null, classAccuracyTarget: number | null }} Metrics
 */

/** @typedef {string | ArrayLike<number> | Read | ImageData | ImageBitmap | Blob} Given by a reader or a lab */
/** @typedef {{ values: ArrayLike<number>, dim?: number, inPlace?: boolean }} PointsOf */
/** @typedef {{ values: ArrayLike<number>, width: number, height: number }} RasterOf */
/** @typedef {{ source?: Given | null, target?: Given | null }} Data the reader's own points for the shape `points` */

/** @typedef {{ csv: string } | PointsOf | RasterOf | StandardOf} Read points as the module takes them */
/** @typedef {{ values: Float32Array, dim: number, mean: Float64Array, std: number }} StandardOf a saved run */
/** @typedef {Blob | ImageBitmap | { data: Uint8ClampedArray, width: number, height: number }} ReadableFile */

/**
 * Of the data at one end: a coordinate of the data is mean[axis] + std · x; `places` decimal places hold all its
 * digits, null where the model's units are the data's.
 * @typedef {{ mean: Float64Array, std: number, places: number | null }} Units
 */

/** @typedef {{ source?: Read, target?: Read }} DataRead of both ends */

/** @typedef {'cpu' | 'gpu' | 'burn'} Build of the module */
/** @typedef {{ worker?: string, digits?: string, cpu?: string, gpu?: string, burn?: string }} Addresses of files */
/** @typedef {{ build: Build, folder: string, module: WebAssembly.Module }} ModuleOf a build, compiled */

/**
 * @typedef {object} Settings of Lab.create
 * @property {Data} [data]
 * @property {(bytes: Bytes) => void} [onProgress]
 * @property {AbortSignal} [signal]
 * @property {Addresses} [files]
 * @property {number} [workers]
 */

/** @typedef {{ device: Device, errors: string[], lost: LabError }} LabEvents what a lab tells its listeners */

/** @typedef {{ pairs: Pair[], given: DataRead, reason: string }} RunOf what a run is opened with */
/** @typedef {Checked & { device: Device, silent: boolean, remarks: string[] }} Opened */
/** @typedef {{ asked: Pair[], at?: number, weights?: Float32Array }} AskedOf a sampling, and the model of the past */

/**
 * What a worker answers, by the names of its methods in worker.js. `stop` and the like, which get no answer, are told.
 * @typedef {object} Methods
 * @property {(module: ModuleOf & { digits?: string, helpers?: ModuleOf }) => void} fetch
 * @property {() => { options: Spec[], presets: Record<string, Record<string, string>> }} table
 * @property {(of: { pairs: Pair[] }) => Checked} check
 * @property {(run: RunOf) => Opened} open
 * @property {(of: { workers: number }) => void} share
 * @property {(run: { pairs: Pair[], dim: number }) => void} help
 * @property {(part: { weights: Float32Array, part: Float32Array, total: number, shared: number }) => { sum: number,
 *   gradient: Float32Array }} work
 * @property {(part: { weights: Float32Array, points: Float32Array, asked: string, first: number }) => Samples}
 *   carryPart
 * @property {(of: { steps: number, ms?: number, number?: number }) => Omit<Progress, 'lossFloor'>} train
 * @property {() => Recorded} recordStep
 * @property {(of: { from: number }) => Float32Array} losses
 * @property {(of: { asked: Pair[] }) => Samples} sample
 * @property {(of: { asked: Pair[] }) => Metrics} metrics
 * @property {(of: AskedOf & { points: Float32Array, first?: number }) => Samples} carry
 * @property {(of: AskedOf & { points: Float32Array }) => Float32Array} logDensity
 * @property {(of: Omit<AskedOf, 'asked'> & { points: Float32Array, t: number }) => Float32Array} velocity
 * @property {() => Weights} weights
 * @property {(of: { id: number }) => Kept} keep
 * @property {(of: { at?: number }) => void} forget
 * @property {() => Record<string, Weights>} kept
 * @property {(of: { kept: Record<string, Weights> }) => void} bring
 * @property {(of: { step: number }) => Batch} batch
 * @property {(of: { points: Float32Array, t: number }) => Float32Array | null} exactVelocity
 * @property {() => Floor | null} lossFloor
 * @property {() => number | null} pairingMs
 * @property {() => number} peakFlops
 * @property {(of: { steps: number }) => number} autodiffMs
 * @property {(of: { end: End, count: number }) => Float32Array} reference
 * @property {(of: { points: Float32Array }) => number} inside
 * @property {(of: { end: End }) => Units} units
 * @property {(of: { csv: string }) => { values: Float64Array, dim: number }} rows
 * @property {(of: { file: ReadableFile }) => Read} read
 * @property {(of: { chosen?: Pair[] }) => Uint8Array<ArrayBuffer>} save
 * @property {(of: { bytes: Uint8Array }) => Checked & { step: number, given: DataRead }} load
 * @property {(of: { asked: Pair[] }) => Checked} reflow
 */

/**
 * The same as the worker has them: at once, or when it can.
 * @typedef {{ [Name in keyof Methods]: (args: Parameters<Methods[Name]>[0]) =>
 *   ReturnType<Methods[Name]> | Promise<ReturnType<Methods[Name]>> }} Answers
 */
