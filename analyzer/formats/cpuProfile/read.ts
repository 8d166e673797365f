import { type Recording, UserError } from '../../model/index.ts';
import { jsonOf } from '../bytes.ts';
import type { Format } from '../format.ts';
import { ImportedProfile } from '../importedProfile.ts';
import { isObject, type Json, listOf, numberOf } from '../json.ts';
import { CallNodes } from './nodes.ts';

/**
 * Profiles of V8 (chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile), as `node --cpu-prof`, Chrome's and VS Code's
 * tools save them. A sample counts until the next one, the last until the end, as in DevTools.
 */
export const cpuProfile: Format = {
  id: 'cpuprofile',
  title: 'profiles of V8 (.cpuprofile)',
  detects: ({ text }) => /^\s*\{\s*"(?:nodes|startTime|endTime|samples|timeDeltas|head)"\s*:/.test(text),
  read: async (source, producer) => {
    const json = await jsonOf(source);
    if (!isObject(json) || !Array.isArray(json.nodes) || !Array.isArray(json.samples))
      throw new UserError(`${source.name} is no profile of V8: it has no nodes or no samples.`, 3);
    return recordingOf(json, source.name, producer);
  },
};

const WARNING =
  'Read from a profile of V8: time is what passed between its samples, and the CPU time is not known.';
const LINES =
  'V8 counted lines of a function and not of a sample: they are right in sum, not in the order of time.';

function recordingOf(json: Json, name: string, producer: string): Recording {
  const profile = new ImportedProfile(name);
  const calls = new CallNodes(profile, listOf(json.nodes));
  const samples = listOf(json.samples);
  const deltas = listOf(json.timeDeltas);
  const start = numberOf(json.startTime) || 0;
  const { times, damaged } = timesOf(samples.length, deltas);
  const last = times.at(-1) ?? 0;
  const end = Math.max(last, (numberOf(json.endTime) || 0) - start);
  const lane = profile.lane({ name: 'main thread', start: 1e3 * (times[0] ?? 0) });
  let unknown = damaged;
  for (const [i, sample] of samples.entries()) {
    const id = numberOf(sample);
    if (!calls.has(id)) unknown++;
    const wall = 1e3 * ((times[i + 1] ?? end) - (times[i] as number));
    profile.add(lane, calls.isIdle(id) ? -1 : calls.nextStack(id), {
      wall,
      count: 1,
      ...(calls.isIdle(id) ? { wait: 'poll' as const } : {}),
    });
  }
  const hasLines = listOf(json.nodes).some((node) => isObject(node) && listOf(node.positionTicks).length > 0);
  return profile.finish({
    format: 'cpuprofile',
    producer,
    mode: 'wall',
    end: 1e3 * end,
    requestedHz: rateOf(times),
    damaged: unknown + calls.damaged,
    figures: { nodes: calls.size },
    warnings: hasLines ? [WARNING, LINES] : [WARNING],
  });
}

/** Microseconds of each sample since the beginning. V8 may write a sample of another thread too early: time does not go back. */
function timesOf(count: number, deltas: readonly unknown[]): { times: number[]; damaged: number } {
  const times: number[] = [];
  let time = 0;
  let latest = 0;
  let damaged = 0;
  for (let i = 0; i < count; i++) {
    const delta = numberOf(deltas[i]);
    if (Number.isNaN(delta)) damaged++;
    else time += delta;
    latest = Math.max(latest, time);
    times.push(latest);
  }
  return { times, damaged };
}

/** Samples a second, from the median of the time between two. */
function rateOf(times: readonly number[]): number | null {
  const steps = times.slice(1).map((time, i) => time - (times[i] as number));
  const middle = steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  return middle > 0 ? Math.round(1e6 / middle) : null;
}
