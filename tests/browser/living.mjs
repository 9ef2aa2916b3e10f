// Counts what a page holds: listeners, observed elements, WebGL contexts, workers.

/** To be run before the page's own scripts: `window.living()` then gives the counts. */
export function countLiving() {
  const listeners = new Map(); // target ↦ the keys of its listeners
  const ids = new WeakMap();
  const idOf = (listener) => ids.get(listener) ?? (ids.set(listener, Math.random()), ids.get(listener));
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const keyOf = (type, listener, options) =>
    `${type} ${idOf(listener)} ${typeof options === 'object' ? Boolean(options?.capture) : Boolean(options)}`;
  const drop = (target, key) => {
    listeners.get(target)?.delete(key);
    if (!listeners.get(target)?.size) listeners.delete(target);
  };
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const target = this ?? window;
    addEventListener.call(target, type, listener, options);
    if (!listener || options?.signal?.aborted) return;
    if (!(target instanceof Node || target === window || target instanceof MediaQueryList)) return;
    const key = keyOf(type, listener, options);
    if (!listeners.has(target)) listeners.set(target, new Set());
    listeners.get(target).add(key);
    const end = () => drop(target, key);
    if (options?.once) addEventListener.call(target, type, end, { once: true });
    if (options?.signal) addEventListener.call(options.signal, 'abort', end, { once: true });
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    const target = this ?? window;
    removeEventListener.call(target, type, listener, options);
    if (listener) drop(target, keyOf(type, listener, options));
  };

  const observed = new Set();
  for (const name of ['ResizeObserver', 'IntersectionObserver']) {
    window[name] = class extends window[name] {
      own = new Map();
      observe(element, ...how) {
        super.observe(element, ...how);
        if (!this.own.has(element)) this.own.set(element, { element });
        observed.add(this.own.get(element));
      }
      unobserve(element) {
        super.unobserve(element);
        observed.delete(this.own.get(element));
      }
      disconnect() {
        super.disconnect();
        for (const one of this.own.values()) observed.delete(one);
      }
    };
  }

  const contexts = new Set();
  const { getContext } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.getContext = function (kind, ...how) {
    const context = getContext.call(this, kind, ...how);
    if (context && kind === 'webgl2') contexts.add(context);
    return context;
  };

  const workers = new Set();
  window.Worker = class extends Worker {
    constructor(...how) {
      super(...how);
      workers.add(this);
    }
    terminate() {
      super.terminate();
      workers.delete(this);
    }
  };

  // uPlot leaves those on its own elements to them, which go with the plot.
  const isOurs = ([target]) => !(target instanceof Element && target.closest('.uplot'));
  window.living = () => ({
    listeners: [...listeners].filter(isOurs).reduce((sum, [, keys]) => sum + keys.size, 0),
    observed: observed.size,
    contexts: [...contexts].filter((context) => !context.isContextLost()).length,
    workers: workers.size,
    elements: document.querySelectorAll('*').length,
  });
}
