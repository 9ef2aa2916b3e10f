// The parts of a flow view as HTML, for whoever has none of their own. Each is found by its `data-part`; index.html has
// the same ones, with ids that its own labels and tests use.

const HELP = '+ and − zoom, arrow keys move, 0 fits, Enter picks the next point, Escape lets it go.';

/** A stage: `canvas` in its `plane`, and what lies on it. */
export const STAGE_PARTS = `
  <h2 data-part="title" hidden></h2>
  <div class="plane" data-part="plane">
    <canvas
      data-part="canvas"
      tabindex="0"
      role="application"
      aria-label="The plane with its points"
      aria-description="${HELP}"
    ></canvas>
    <p class="help" data-part="help" aria-hidden="true">${HELP}</p>
    <p class="spot" data-part="spot" hidden></p>
    <div class="scale" data-part="scale" hidden></div>
    <div class="lens" data-part="lens" role="group" aria-label="What part of the plane is seen"></div>
  </div>`;

/** The two play heads. */
export const CLOCK_PARTS = `
  <div class="clocks">
    <div class="clock">
      <button data-part="flow" type="button" aria-pressed="true">Hold</button>
      <span>flow time <i>t</i></span>
      <input data-part="time" type="range" min="0" max="1" step="0.001" value="0" aria-label="Flow time t" />
      <output data-part="time-value" aria-live="off">0.00</output>
    </div>
    <div class="clock">
      <button data-part="step" type="button">Step</button>
      <span>training step</span>
      <input data-part="trained" type="range" min="0" max="1" step="1" value="0" aria-label="Training step" />
      <output data-part="trained-value" aria-live="off">0</output>
    </div>
    <p class="remark" data-part="past"></p>
  </div>`;
