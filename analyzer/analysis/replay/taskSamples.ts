import { GIL_WAIT, RUNNING, WAITING } from '../../model/index.ts';
import { firstAfter, overlap } from '../intervals.ts';
import { stacksWithin } from '../stacksWithin.ts';
import { functionOfTask } from '../taskGroups.ts';
import { taskIntervals } from '../taskIntervals.ts';
import type { Trace } from '../trace.ts';

/**
 * What samples say of the tasks of each lane, in Nanos: what the hooks of a collector cannot. `run`: time that samples saw inside
 * tasks, of which it was on a CPU for `cpu`, and kept from one (no core was free, or another thread held the GIL) for `kept`.
 * `called`: time at which the lane was seen in functions that are some task's, not kept
 * from a core, and for `computed` of it on one: for tasks that are shorter than the step of
 * sampling it is the better figure, because it holds nothing of the hooks. It is counted in time that passed and not in CPU time:
 * the CPU time since the last look belongs to whatever a worker is doing at this one, which between two short tasks is to wait.
 */
export interface TaskSamples {
  readonly run: Float64Array;
  readonly cpu: Float64Array;
  readonly kept: Float64Array;
  readonly called: Float64Array;
  readonly computed: Float64Array;
  /** Observations that `called` rests on. */
  readonly looks: Float64Array;
}

export function taskSamplesOf(trace: Trace): TaskSamples {
  const { tables, functions, starts } = trace;
  const { samples, lanes } = tables;
  const within = taskIntervals(tables, functions);
  const isTask = stacksOfTasks(trace);
  const column = () => new Float64Array(lanes.length);
  const [run, cpu, kept, called, computed, looks] = [
    column(),
    column(),
    column(),
    column(),
    column(),
    column(),
  ];
  const passed = new Uint32Array(lanes.length);
  for (let i = 0; i < samples.length; i++) {
    const lane = samples.lane[i] as number;
    const intervals = within[lane];
    if (!intervals) continue;
    const start = starts[i] as number;
    const end = samples.time[i] as number;
    const busy = samples.cpu[i] as number;
    const stack = samples.stack[i] as number;
    const state = samples.state[i] as number;
    if (stack >= 0 && isTask[stack] === 1 && (state === RUNNING || state === WAITING)) {
      called[lane] = (called[lane] as number) + end - start;
      looks[lane] = (looks[lane] as number) + (samples.count[i] as number);
      if (state === RUNNING) computed[lane] = (computed[lane] as number) + end - start;
    }
    const at = firstAfter(intervals, start, passed[lane]);
    passed[lane] = at;
    const time = overlap(intervals, start, end, at);
    if (!(time > 0)) continue;
    const share = time / (end - start);
    const ready = samples.ready[i] as number;
    const gil = samples.state[i] === GIL_WAIT ? Math.max(0, end - start - busy - ready) : 0;
    run[lane] = (run[lane] as number) + time;
    cpu[lane] = (cpu[lane] as number) + busy * share;
    kept[lane] = (kept[lane] as number) + (ready + gil) * share;
  }
  return { run, cpu, kept, called, computed, looks };
}

/** 1 for each stack within the function of a task. */
function stacksOfTasks(trace: Trace): Uint8Array {
  const { tables, functions } = trace;
  const { tasks } = tables;
  const called = functionOfTask(tables, functions);
  const isTask = new Uint8Array(functions.count);
  for (let row = 0; row < tasks.length; row++) {
    const its = called(row);
    if (its >= 0) isTask[its] = 1;
  }
  return stacksWithin(trace, isTask);
}
