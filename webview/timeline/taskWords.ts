import { firstFailure, ranUntil, taskPositionAt } from '../../analyzer/analysis/taskLanes.ts';
import { isLost, queueWait, runTime, wayBack } from '../../analyzer/analysis/taskTimes.ts';
import { NOT_LOOKED } from '../../analyzer/model/index.ts';
import type { Tip } from '../dom/tooltip.ts';
import { bytes, count, counted, duration, percent } from '../format.ts';
import type { Profile } from '../profile.ts';
import type { Interval } from '../state/viewState.ts';
import { definedAt, exceptionName, poolName, stackName, taskName } from '../tasks/names.ts';

type Figure = [name: string, value: string];

/** Everything that is known of a task. `crowd`: tasks that share the pixel with it. */
export function taskTip(profile: Profile, task: number, crowd: number): Tip {
  const { tasks } = profile.recording.tables;
  const called = profile.groups.function[profile.groups.ofTask[task] as number] as number;
  const pool = tasks.pool[task] as number;
  const figures: Figure[] = [['pool', poolName(profile, pool)]];
  const site = stackName(profile, tasks.stack[task] as number);
  if (site !== '') figures.push(['submitted by', site]);
  const submit = tasks.submit[task] as number;
  if (submit >= 0) figures.push(['submitted at', duration(submit - profile.bounds.from)]);
  addTime(figures, 'serialising arguments', tasks.packOut[task] as number);
  addTime(figures, 'queue wait', queueWait(tasks, task), true);
  addTime(figures, 'deserialising', tasks.unpackOut[task] as number);
  addTime(figures, 'run', runTime(tasks, task), true);
  addTime(figures, 'serialising result', tasks.packBack[task] as number);
  addTime(figures, 'way back', wayBack(tasks, task));
  addTime(figures, 'deserialising result', tasks.unpackBack[task] as number);
  const [out, back] = [tasks.bytesOut[task] as number, tasks.bytesBack[task] as number];
  if (out > 0) figures.push(['sent to worker', bytes(out)]);
  if (back > 0) figures.push(['sent back', bytes(back)]);
  const items = tasks.items[task] as number;
  if (items !== 1) figures.push(['chunk size', counted(items, 'call')]);
  const exception = exceptionName(profile, task);
  if (exception !== '') figures.push(['raised', exception]);
  return {
    title: taskName(profile, called),
    place: definedAt(profile, called),
    figures,
    lines: linesOf(profile, task, crowd),
  };
}

function linesOf(profile: Profile, task: number, crowd: number): string[] {
  const { tasks } = profile.recording.tables;
  const lines: string[] = [];
  const repeats = tasks.repeats[task] as number;
  if (repeats !== NOT_LOOKED && repeats > 0) {
    const share = percent(Math.min(100, repeats) / 100);
    const most =
      repeats >= 50 ? 'Most of the payload was sent before' : 'A part of the payload was sent before';
    lines.push(`${most}, with earlier tasks: ${share}.`);
  }
  if (isLost(tasks, task)) lines.push('It was not seen to end: lost with its worker, or still running.');
  const weight = tasks.weight[task] as number;
  if (weight > 1) lines.push(`Stands for ${count(weight)} tasks: there were too many to record each.`);
  if (crowd > 1) lines.push(`One of ${count(crowd)} tasks in this pixel. Zoom in to see each.`);
  return lines;
}

/** A time that was not seen is left out; one of 0 says nothing unless it is `always` of interest. */
function addTime(figures: Figure[], name: string, value: number, always = false): void {
  if (value > 0 || (value === 0 && always)) figures.push([name, duration(value)]);
}

/** A task in one sentence, for those who do not see the picture. */
export function sayTask(profile: Profile, task: number): string {
  const { title, place, figures = [], lines = [] } = taskTip(profile, task, 1);
  const parts = figures.map(([name, value]) => `${name} ${value}`);
  return [`Task ${title}${place ? `, ${place}` : ''}`, ...parts, ...lines].join(', ');
}

/** What a lane's strip shows in an interval, in words. */
export function tasksInWords({ tasks }: Profile, lane: number, { from, to }: Interval): string {
  const first = taskPositionAt(tasks, lane, from);
  const last = taskPositionAt(tasks, lane, to);
  const reaches = last < (tasks.offset[lane + 1] as number) && (tasks.from[last] as number) < to ? 1 : 0;
  const seen = last - first + reaches;
  if (seen === 0) return 'no tasks';
  const ran = ranUntil(tasks, lane, to, last) - ranUntil(tasks, lane, from, first);
  const failed = firstFailure(tasks, first + seen) - firstFailure(tasks, first);
  const failures = failed > 0 ? `, ${count(failed)} failed` : '';
  return `${counted(seen, 'task')} for ${duration(ran)}${failures}. Arrow right goes to the next one`;
}
