/** Above this a computation would be felt while dragging; it then waits until the pointer rests. */
const FELT_MS = 24;
const REST_MS = 90;

/** Works that wait. The page says so, for those who look at it by machine. */
let waiting = 0;

function wait(change: 1 | -1): void {
  waiting += change;
  document.documentElement.toggleAttribute('data-settling', waiting > 0);
}

/** Runs `work` once calls have paused for `pause` milliseconds. */
export function afterPause(work: () => void, pause: number): () => void {
  let timer = 0;
  const run = (): void => {
    timer = 0;
    wait(-1);
    work();
  };
  return () => {
    if (timer !== 0) clearTimeout(timer);
    else wait(1);
    timer = window.setTimeout(run, pause);
  };
}

/**
 * Runs `work` for each call as long as it is quick; once it was slow, only after calls have paused. A range is dragged at
 * 60 positions a second, and weighing a million samples takes longer than that.
 */
export function settling(work: () => void): () => void {
  let cost = 0;
  const measured = (): void => {
    const began = performance.now();
    work();
    cost = performance.now() - began;
  };
  const later = afterPause(measured, REST_MS);
  return () => {
    if (cost < FELT_MS) measured();
    else later();
  };
}

const READABLE_MS = 100;

/** Runs `work` when the page has been painted and could take some frames and keys: for what a reader does not look at first. */
export function later(work: () => void): void {
  afterPaint(async () => afterPause(work, READABLE_MS)());
}

/** Runs `work` once the page has been painted; the page says that it waits until that is done. */
export function afterPaint(work: () => Promise<void>): void {
  wait(1);
  // A frame's callback runs before it is painted; what that callback orders runs after.
  requestAnimationFrame(() => setTimeout(() => work().finally(() => wait(-1))));
}
