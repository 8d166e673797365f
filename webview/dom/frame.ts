let ordered: (() => void)[] = [];
let isWaiting = false;

/**
 * Runs `work` at the next frame. What is ordered by the work of a frame runs in the same frame, after all of it: first the state
 * changes, then pictures are drawn of it, and what a reader does is seen one frame later and not two. What those order in turn waits for
 * the next frame, so that a picture which asks to be drawn again does not stop the page.
 */
export function atFrame(work: () => void): void {
  ordered.push(work);
  if (isWaiting) return;
  isWaiting = true;
  requestAnimationFrame(() => {
    runOrdered();
    runOrdered();
    isWaiting = false;
    const [next, ...others] = ordered;
    if (!next) return;
    ordered = others;
    atFrame(next);
  });
}

function runOrdered(): void {
  const works = ordered;
  ordered = [];
  for (const work of works) {
    try {
      work();
    } catch (error) {
      // The others are not to blame.
      reportError(error);
    }
  }
}
