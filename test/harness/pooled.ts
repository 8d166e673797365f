import type { TaskSpec } from './pools.ts';

const MS = 1e6;

/** Tasks in lists by worker, back to back from `from` on; times in ms. */
export function pooled(
  byWorker: readonly (readonly number[])[],
  more: Partial<TaskSpec> = {},
  from = 0,
): TaskSpec[] {
  return byWorker.flatMap((times, worker) => {
    let at = from;
    return times.map((time) => {
      const start = at;
      at += time;
      return {
        function: 'solve',
        stack: ['main'],
        lane: worker + 1,
        from: 0,
        job: 0,
        submit: from * MS,
        dequeue: start * MS,
        start: start * MS,
        end: at * MS,
        returned: at * MS,
        ...more,
      };
    });
  });
}
