import { type FrameId, type Recording, type StackId, UserError } from '../../model/index.ts';
import { jsonOf } from '../bytes.ts';
import type { Format } from '../format.ts';
import { ImportedProfile } from '../importedProfile.ts';
import { isObject, type Json, listOf, numberOf, stringOf, u32Of } from '../json.ts';
import { languageOf } from '../sourceLanguage.ts';

/**
 * Profiles of the Firefox Profiler in its processed form (github.com/firefox-devtools/profiler, docs-developer/processed-profile-format.md
 * and src/types/profile.ts), as samply and profiler.firefox.com save them. A sample tells what a thread did since the one before it.
 */
export const firefox: Format = {
  id: 'firefox',
  title: 'profiles of samply and the Firefox Profiler',
  detects: ({ text }) => /^\s*\{/.test(text) && text.includes('"preprocessedProfileVersion"'),
  read: async (source, producer) => {
    const json = await jsonOf(source);
    const threads = isObject(json) ? listOf(json.threads).filter(isObject) : [];
    if (!isObject(json) || threads.length === 0)
      throw new UserError(`${source.name} is no profile of the Firefox Profiler: it has no threads.`, 3);
    return recordingOf(json, threads, source.name, producer);
  },
};

/** Nanos of the units of a thread's CPU time; what is counted in cycles is no time. */
const CPU_UNITS: Readonly<Record<string, number>> = { µs: 1e3, us: 1e3, ns: 1 };

/** Samples of a thread: Nanos, from the first one of all threads on. */
interface Samples {
  readonly thread: Json;
  readonly times: readonly number[];
  readonly table: Json;
}

function recordingOf(json: Json, threads: readonly Json[], name: string, producer: string): Recording {
  const profile = new ImportedProfile(name);
  const meta = isObject(json.meta) ? json.meta : {};
  const interval = 1e6 * (numberOf(meta.interval) || 0);
  const units = isObject(meta.sampleUnits) ? meta.sampleUnits : {};
  const cpuUnit = CPU_UNITS[stringOf(units.threadCPUDelta, 'µs')];
  const sampled = threads.map(samplesOf).filter(({ times }) => times.length > 0);
  const first = sampled.reduce(
    (least, { times }) => Math.min(least, times[0] as number),
    Number.POSITIVE_INFINITY,
  );
  const begin = Number.isFinite(first) ? first - interval : 0;
  let [hasCpu, damaged] = [false, 0];
  for (const { thread, times, table } of sampled) {
    const stacks = new ThreadStacks(profile, thread, isObject(json.shared) ? json.shared : {});
    const [places, deltas] = [listOf(table.stack), listOf(table.threadCPUDelta)];
    const lane = profile.lane({
      name: stringOf(thread.name, 'thread'),
      process: u32Of(thread.pid),
      thread: u32Of(thread.tid),
      role: thread.isMainThread === true && profile.laneCount === 0 ? 'main' : 'worker',
      start: Math.max(0, (times[0] as number) - interval - begin),
    });
    for (const [i, time] of times.entries()) {
      const wall = Math.max(0, time - begin - profile.timeOf(lane));
      const cpu = cpuUnit === undefined ? 0 : (numberOf(deltas[i]) || 0) * cpuUnit;
      hasCpu ||= cpu > 0;
      // Counters lag behind the clock, but never by that much.
      profile.add(lane, stacks.at(places[i]), {
        wall,
        count: 1,
        cpu: Math.min(Math.max(0, cpu), wall + 1e9),
      });
    }
    damaged += stacks.damaged;
  }
  for (const [process, its] of processesOf(sampled)) profile.process(process, its);
  return profile.finish({
    format: 'firefox',
    producer,
    mode: hasCpu ? 'cpu' : 'wall',
    command: stringOf(meta.product) === '' ? [] : [stringOf(meta.product)],
    startEpochMs: Math.max(0, numberOf(meta.startTime) || 0),
    requestedHz: interval > 0 ? Math.round(1e9 / interval) : null,
    damaged,
    figures: { threads: sampled.length },
    warnings: [
      `Read from a profile of the Firefox Profiler: stacks${hasCpu ? ' and CPU time' : ''} of threads are known, and not what they waited for.`,
    ],
  });
}

function samplesOf(thread: Json): Samples {
  const table = isObject(thread.samples) ? thread.samples : {};
  const [times, deltas] = [listOf(table.time), listOf(table.timeDeltas)];
  let [sum, latest] = [0, Number.NEGATIVE_INFINITY];
  const found = (times.length > 0 ? times : deltas).map((value) => {
    sum = times.length > 0 ? numberOf(value) || 0 : sum + (numberOf(value) || 0);
    latest = Math.max(latest, sum * 1e6);
    return latest;
  });
  return { thread, times: found, table };
}

function processesOf(sampled: readonly Samples[]): Map<number, string> {
  const names = new Map<number, string>();
  for (const { thread } of sampled) {
    const id = u32Of(thread.pid);
    if (id > 0 && !names.has(id)) names.set(id, stringOf(thread.processName, stringOf(thread.name)));
  }
  return names;
}

/** The stacks of a thread. Newer profiles keep the tables of all threads in one place. */
class ThreadStacks {
  private readonly profile: ImportedProfile;
  private readonly tables: Json;
  private readonly known = new Map<number, StackId | -1>();
  private readonly frames = new Map<number, FrameId>();
  /** Samples of stacks that are not there. */
  damaged = 0;

  constructor(profile: ImportedProfile, thread: Json, shared: Json) {
    this.profile = profile;
    this.tables = { ...shared, ...thread };
  }

  at(value: unknown): StackId | -1 {
    if (value === null || value === undefined) return -1;
    const way: number[] = [];
    let below: StackId | -1 = -1;
    // A caller comes before what it calls, so that this ends.
    for (let at = numberOf(value), above = Number.POSITIVE_INFINITY; ; ) {
      const known = this.known.get(at);
      if (known !== undefined) below = known;
      if (known !== undefined || Number.isNaN(at)) break;
      if (!(at < above) || this.cell('stackTable', 'frame', at) === undefined) {
        this.damaged++;
        break;
      }
      way.push(at);
      const prefix = this.cell('stackTable', 'prefix', at);
      if (prefix === null || prefix === undefined) break;
      above = at;
      at = numberOf(prefix);
    }
    for (const at of way.reverse()) {
      below = this.profile.stack(below, this.frameOf(u32Of(this.cell('stackTable', 'frame', at))));
      this.known.set(at, below);
    }
    return below;
  }

  private frameOf(at: number): FrameId {
    const known = this.frames.get(at);
    if (known !== undefined) return known;
    const called = u32Of(this.cell('frameTable', 'func', at));
    const name = this.text(this.cell('funcTable', 'name', called)) || '(unknown)';
    const file = this.text(this.cell('funcTable', 'fileName', called));
    const begin = u32Of(this.cell('funcTable', 'lineNumber', called));
    const isJs = this.cell('funcTable', 'isJS', called) === true;
    const line = u32Of(this.cell('frameTable', 'line', at));
    const frame = this.profile.frame(name, file, line, begin, isJs ? 'javascript' : languageOf(file));
    this.frames.set(at, frame);
    return frame;
  }

  private cell(table: string, column: string, row: number): unknown {
    const of = this.tables[table];
    const values = isObject(of) ? of[column] : undefined;
    return Array.isArray(values) ? values[row] : undefined;
  }

  private text(index: unknown): string {
    if (index === null || index === undefined) return '';
    const texts = listOf(this.tables.stringArray ?? this.tables.stringTable);
    return stringOf(texts[numberOf(index)]);
  }
}
