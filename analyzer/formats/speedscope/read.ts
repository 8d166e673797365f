import { type Recording, type StackId, UserError } from '../../model/index.ts';
import { jsonOf } from '../bytes.ts';
import type { Format } from '../format.ts';
import { ImportedProfile } from '../importedProfile.ts';
import { isObject, type Json, listOf, numberOf, stringOf, u32Of } from '../json.ts';
import { observationsOf } from '../observations.ts';
import { languageOf, pathOf } from '../sourceLanguage.ts';

/**
 * speedscope's file format (github.com/jlfwong/speedscope/wiki/Importing-from-custom-sources and src/lib/file-format-spec.ts there): each
 * sampled or evented profile is a lane. What its weights are is known by their unit.
 */
export const speedscope: Format = {
  id: 'speedscope',
  title: 'files of speedscope',
  detects: ({ text }) =>
    /^\s*\{/.test(text) &&
    (text.includes('speedscope.app/file-format-schema.json') ||
      /"type"\s*:\s*"(?:sampled|evented)"/.test(text)),
  read: async (source, producer) => {
    const json = await jsonOf(source);
    const profiles = isObject(json) ? listOf(json.profiles).filter(isObject) : [];
    if (!isObject(json) || profiles.length === 0)
      throw new UserError(`${source.name} is no file of speedscope: it has no profiles.`, 3);
    return recordingOf(json, profiles, source.name, producer);
  },
};

/** Nanos of the units that are times. */
const NANOS: Readonly<Record<string, number>> = {
  seconds: 1e9,
  milliseconds: 1e6,
  microseconds: 1e3,
  nanoseconds: 1,
};
/** How perfscope and py-spy name a profile of a thread. */
const IDS = [
  /^(.*) \(process (\d+), thread (\d+)\)$/,
  /^Process (\d+) Thread (\d+) "(.*)"$/,
  /^Thread (\d+) "(.*)"$/,
] as const;

interface Reading {
  readonly profile: ImportedProfile;
  readonly frames: readonly ReturnType<ImportedProfile['frame']>[];
  /** Of a unit that is no time. */
  readonly observations: ReturnType<typeof observationsOf> | null;
  damaged: number;
}

function recordingOf(json: Json, profiles: readonly Json[], name: string, producer: string): Recording {
  const profile = new ImportedProfile(name);
  const units = new Set(profiles.map((each) => stringOf(each.unit, 'none')));
  const areTimes = [...units].every((unit) => unit in NANOS);
  const shared = isObject(json.shared) ? listOf(json.shared.frames) : [];
  const reading: Reading = {
    profile,
    frames: shared.map((frame) => frameOf(profile, frame)),
    observations: areTimes ? null : observationsOf(profiles.flatMap(weightsOf)),
    damaged: 0,
  };
  // Several threads of one run have one beginning; profiles of nothing in common do not.
  const begin = areTimes ? beginOf(profiles) : 0;
  for (const each of profiles) addProfile(reading, each, begin);
  const unit = [...units].map((each) => (each === 'none' ? 'no unit' : each)).join(', ');
  return profile.finish({
    format: 'speedscope',
    producer,
    mode: areTimes ? 'wall' : 'samples',
    timeless: !areTimes,
    command: stringOf(json.name) === '' ? [] : [stringOf(json.name)],
    damaged: reading.damaged,
    figures: { profiles: profiles.length },
    warnings: areTimes
      ? [
          'Read from a file of speedscope: it does not tell whether its times are CPU time or time that passed.',
        ]
      : [
          `Read from a file of speedscope whose weights have ${unit}: they are counted, and when they were is not known.`,
          ...(reading.observations?.warnings ?? []),
        ],
  });
}

function addProfile(reading: Reading, value: Json, begin: number): void {
  const { profile, observations } = reading;
  const unit = NANOS[stringOf(value.unit)] ?? 1;
  const start = (numberOf(value.startValue) || 0) * unit - begin;
  const lane = profile.lane({ ...idsOf(stringOf(value.name)), start: observations ? 0 : Math.max(0, start) });
  const add = (stack: StackId | -1, weight: number, count: number): void => {
    if (!(weight >= 0)) reading.damaged++;
    else if (observations) {
      const observed = Math.round(weight / observations.scale);
      profile.add(lane, stack, { wall: observed * observations.nominal, count: observed });
    } else profile.add(lane, stack, { wall: weight * unit, count });
  };
  if (value.type === 'evented') addEvents(reading, value, add);
  else addSamples(reading, value, add);
}

type Add = (stack: StackId | -1, weight: number, count: number) => void;

function addSamples(reading: Reading, value: Json, add: Add): void {
  const weights = listOf(value.weights);
  for (const [i, sample] of listOf(value.samples).entries()) {
    let stack: StackId | -1 = -1;
    for (const index of listOf(sample)) stack = pushed(reading, stack, index);
    add(stack, numberOf(weights[i]), 1);
  }
}

/** Of events that open and close frames, each time between two of them counts for what was open. */
function addEvents(reading: Reading, value: Json, add: Add): void {
  const open: { readonly frame: number; readonly stack: StackId | -1 }[] = [];
  let time = numberOf(value.startValue) || 0;
  for (const event of listOf(value.events)) {
    const at = isObject(event) ? numberOf(event.at) : Number.NaN;
    if (!isObject(event) || Number.isNaN(at)) {
      reading.damaged++;
      continue;
    }
    const top = open.at(-1);
    // Events out of order take no time.
    if (at > time) add(top?.stack ?? -1, at - time, 0);
    time = Math.max(time, at);
    const frame = u32Of(event.frame);
    if (event.type === 'O') open.push({ frame, stack: pushed(reading, top?.stack ?? -1, event.frame) });
    else if (top?.frame === frame) open.pop();
    else {
      // What closes must be on top; a frame that was left open below it is closed with it.
      const found = open.findLastIndex((each) => each.frame === frame);
      if (found >= 0) open.length = found;
      reading.damaged++;
    }
  }
  const end = numberOf(value.endValue);
  if (end > time) add(open.at(-1)?.stack ?? -1, end - time, 0);
}

function pushed(reading: Reading, stack: StackId | -1, index: unknown): StackId | -1 {
  const frame = typeof index === 'number' ? reading.frames[index] : undefined;
  if (frame !== undefined) return reading.profile.stack(stack, frame);
  reading.damaged++;
  return stack;
}

function frameOf(profile: ImportedProfile, value: unknown) {
  const frame = isObject(value) ? value : {};
  const file = pathOf(stringOf(frame.file));
  return profile.frame(stringOf(frame.name, '(unknown)'), file, u32Of(frame.line), 0, languageOf(file));
}

function weightsOf(value: Json): number[] {
  const weights = listOf(value.weights).map(numberOf);
  const span = numberOf(value.endValue) - (numberOf(value.startValue) || 0);
  return (value.type === 'evented' ? [span] : weights).filter((weight) => weight >= 0);
}

/** The earliest start of the profiles, in Nanos. */
function beginOf(profiles: readonly Json[]): number {
  let begin = Number.POSITIVE_INFINITY;
  for (const each of profiles)
    begin = Math.min(begin, (numberOf(each.startValue) || 0) * (NANOS[stringOf(each.unit)] ?? 1));
  return Number.isFinite(begin) ? begin : 0;
}

function idsOf(name: string): { name: string; process?: number; thread?: number } {
  const own = IDS[0].exec(name);
  if (own) return { name: own[1] ?? name, process: u32Of(own[2]), thread: u32Of(own[3]) };
  const pySpy = IDS[1].exec(name);
  if (pySpy) return { name: pySpy[3] ?? name, process: u32Of(pySpy[1]), thread: u32Of(pySpy[2]) };
  const thread = IDS[2].exec(name);
  return thread ? { name: thread[2] ?? name, thread: u32Of(thread[1]) } : { name: name || 'profile' };
}
