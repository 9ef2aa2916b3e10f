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

/** @typedef {[name: string, text: string]} Pair an option as it stands in a link */

/** @typedef {{ [Name in keyof Options]?: Options[Name] | string } | Pair[]} OptionsGiven some of them, or as pairs */

/** @typedef {'source' | 'target'} End of the flow */

/** @typedef {{ option: string, value: string, problem: string, used: string | null }} Note `used`: null, left out */

/** @typedef {{ options: Options, changed: Pair[], notes: Note[] }} Checked `changed`: what a link must hold */

/** @typedef {{ kind: 'webgpu' | 'cpu', adapter: string, reason: string, selfCheck: string }} Device */

/**
 * How a training call went; the loss is the mean over its steps, its floor null while it is not known.
 * @typedef {{ step: number, loss: number, lossFloor: number | null, stepsPerSecond: number, workers: number }} Progress
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

/** @typedef {string | ArrayLike<number> | PointsOf | RasterOf | ImageData | ImageBitmap | Blob} Given by the reader */
/** @typedef {{ values: ArrayLike<number>, dim?: number, inPlace?: boolean }} PointsOf */
/** @typedef {{ values: ArrayLike<number>, width: number, height: number }} RasterOf */
/** @typedef {{ source?: Given, target?: Given }} Data the reader's own points for the shape `points` */
