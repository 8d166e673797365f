import { baseName } from '../../analysis/baseName.ts';
import { type FrameId, type Recording, type StackId, UserError } from '../../model/index.ts';
import { wholeOf } from '../bytes.ts';
import type { Format } from '../format.ts';
import { ImportedProfile } from '../importedProfile.ts';
import { observationsOf } from '../observations.ts';
import { languageOf } from '../sourceLanguage.ts';
import { beginsAsPprof, type PprofProfile, type PprofSample, parsePprof, type ValueType } from './profile.ts';

/** Nanos of the units that are times. */
const NANOS: Readonly<Record<string, number>> = {
  nanoseconds: 1,
  nanosecond: 1,
  ns: 1,
  microseconds: 1e3,
  microsecond: 1e3,
  us: 1e3,
  milliseconds: 1e6,
  millisecond: 1e6,
  ms: 1e6,
  seconds: 1e9,
  second: 1e9,
  s: 1e9,
};
const THREAD_NAMES = ['thread', 'thread name', 'thread_name'];
const THREAD_IDS = ['thread id', 'thread_id', 'tid'];
const PROCESS_IDS = ['process', 'pid', 'process_id'];

/**
 * pprof (github.com/google/pprof/blob/main/proto/profile.proto), as Go, Pyroscope, Parca, gperftools and others write it. It adds up what
 * every stack came to, and of several values it holds those that pprof itself would show.
 */
export const pprof: Format = {
  id: 'pprof',
  title: 'profiles of pprof',
  detects: ({ bytes }) => beginsAsPprof(bytes),
  read: async (source, producer) => {
    const bytes = await wholeOf(source);
    let parsed: PprofProfile;
    try {
      parsed = parsePprof(bytes);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new UserError(`${source.name} is damaged: ${why}.`, 3, { cause });
    }
    if (parsed.types.length === 0)
      throw new UserError(`${source.name} does not say what its samples are.`, 3);
    return recordingOf(parsed, source.name, producer);
  },
};

function recordingOf(pprof: PprofProfile, name: string, producer: string): Recording {
  const profile = new ImportedProfile(name);
  const shown = Math.max(
    pprof.types.findIndex(({ type }) => type !== '' && type === pprof.defaultType),
    pprof.defaultType === '' ? pprof.types.length - 1 : 0,
  );
  const type = pprof.types[shown] as ValueType;
  const counted = pprof.types.findIndex(({ unit }) => unit === 'count');
  const nanos = NANOS[type.unit];
  const isCpu = type.type === 'cpu';
  const values = pprof.samples.map((sample) => sample.values[shown] ?? Number.NaN);
  const observations = observationsOf(nanos === undefined ? values.filter((value) => value >= 0) : []);
  const frames = new Frames(profile, pprof);
  const lanes = new Map<string, number>();
  let damaged = 0;
  for (const [i, sample] of pprof.samples.entries()) {
    const value = values[i] as number;
    // What was freed since is negative in a difference of two profiles.
    if (!(value >= 0)) {
      damaged++;
      continue;
    }
    const lane = laneOf(profile, lanes, sample);
    const count = Math.round(
      nanos === undefined ? value / observations.scale : Math.max(0, sample.values[counted] ?? 0),
    );
    const wall = nanos === undefined ? count * observations.nominal : value * nanos;
    profile.add(lane, frames.stackOf(sample), {
      wall,
      count,
      ...(isCpu && nanos !== undefined ? { cpu: wall } : {}),
    });
  }
  if (pprof.samples.length === 0) profile.lane({ name: 'all threads' });
  return profile.finish({
    format: 'pprof',
    producer,
    mode: nanos === undefined ? 'samples' : isCpu ? 'cpu' : 'wall',
    timeless: true,
    startEpochMs: Math.max(0, pprof.timeNanos / 1e6),
    requestedHz: rateOf(pprof),
    damaged: damaged + frames.damaged,
    figures: { durationSeconds: pprof.durationNanos / 1e9, stacks: pprof.samples.length },
    warnings: [
      `Read from a profile of pprof: what each stack came to (${named(type)}) is known, and not when.`,
      ...otherValues(pprof.types, shown),
      ...observations.warnings,
    ],
  });
}

const named = ({ type, unit }: ValueType): string => (unit === '' ? type : `${type} in ${unit}`);

function otherValues(types: readonly ValueType[], shown: number): string[] {
  const others = types.filter(({ unit }, i) => i !== shown && unit !== 'count');
  return others.length === 0 ? [] : [`It also counts ${others.map(named).join(', ')}, which is not shown.`];
}

/** Samples a second, of profiles that are taken after so much CPU or other time. */
function rateOf({ period, periodType }: PprofProfile): number | null {
  const nanos = NANOS[periodType.unit];
  return nanos !== undefined && period > 0 ? Math.round(1e9 / (period * nanos)) || null : null;
}

function laneOf(profile: ImportedProfile, lanes: Map<string, number>, { labels }: PprofSample): number {
  const of = (keys: readonly string[]) =>
    keys.map((key) => labels.get(key)).find((each) => each !== undefined);
  const [name, thread, process] = [of(THREAD_NAMES), of(THREAD_IDS), of(PROCESS_IDS)];
  const key = `${process ?? ''} ${thread ?? ''} ${name ?? ''}`;
  const known = lanes.get(key);
  if (known !== undefined) return known;
  const id = profile.lane({
    name: name ?? (thread === undefined ? 'all threads' : `thread ${thread}`),
    process: idOf(process),
    thread: idOf(thread),
  });
  lanes.set(key, id);
  return id;
}

const idOf = (text: string | undefined): number =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : 0;

/** The frames of locations: inlined functions have one each. */
class Frames {
  private readonly known = new Map<number | bigint, readonly FrameId[]>();
  private readonly profile: ImportedProfile;
  private readonly pprof: PprofProfile;
  /** Samples with locations that are not there. */
  damaged = 0;

  constructor(profile: ImportedProfile, pprof: PprofProfile) {
    this.profile = profile;
    this.pprof = pprof;
  }

  stackOf({ locations }: PprofSample): StackId | -1 {
    let stack: StackId | -1 = -1;
    for (let i = locations.length - 1; i >= 0; i--)
      for (const frame of this.framesOf(locations[i] as number | bigint))
        stack = this.profile.stack(stack, frame);
    return stack;
  }

  /** Outermost first. */
  private framesOf(id: number | bigint): readonly FrameId[] {
    const before = this.known.get(id);
    if (before) return before;
    const frames = this.newFrames(id);
    this.known.set(id, frames);
    return frames;
  }

  private newFrames(id: number | bigint): FrameId[] {
    const location = this.pprof.locations.get(id);
    if (!location) {
      this.damaged++;
      return [];
    }
    const { places, address, mapping } = location;
    const frames = places.flatMap(({ function: which, line }) => {
      const known = this.pprof.functions.get(which);
      const its =
        known &&
        this.profile.frame(
          known.name || '(unknown)',
          known.file,
          line % 2 ** 32,
          known.line % 2 ** 32,
          languageOf(known.file),
        );
      return its === undefined ? [] : [its];
    });
    if (frames.length > 0) return frames.reverse();
    const where = mapping === '' ? '' : ` in ${baseName(mapping)}`;
    return [this.profile.frame(`0x${address.toString(16)}${where}`, mapping, 0, 0, 'native')];
  }
}
