/**
 * A document without layout has no sizes, and a virtualised list shows nothing
 * in a viewport of none. Here every row is 40 high and every viewport 800.
 */
export function pretendLayout(): void {
  globalThis.ResizeObserver = class implements ResizeObserver {
    readonly #callback: ResizeObserverCallback;

    constructor(callback: ResizeObserverCallback) {
      this.#callback = callback;
    }

    observe(target: Element): void {
      const height = target.getAttribute('role') === 'listitem' ? 40 : 800;
      const entry = { target, contentRect: { width: 600, height } };
      queueMicrotask(() => this.#callback([entry as ResizeObserverEntry], this));
    }

    unobserve(): void {
      // Nothing is kept.
    }

    disconnect(): void {
      // Nothing is kept.
    }
  };
  Object.defineProperty(HTMLElement.prototype, 'offsetParent', { get: () => document.body });
}
