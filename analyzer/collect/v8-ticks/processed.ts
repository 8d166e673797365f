import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** A piece of code that ticks were in, as V8's own processing of its log tells it. */
export interface LoggedCode {
  readonly name: string;
  /** `JS`, `CODE` (V8's own), `CPP` or `SHARED_LIB`. */
  readonly type: string;
  /** The tier of JavaScript or what V8's code is, such as `Opt` or `RegExp`; empty when there is none. */
  readonly kind: string;
}

export interface LoggedTick {
  /** Microseconds on the log's clock. */
  readonly time: number;
  /** The collector of garbage ran. */
  readonly isGc: boolean;
  /** Rows of the code, innermost first; -1 for what nobody owns. */
  readonly stack: readonly number[];
}

export interface ProcessedLog {
  readonly code: readonly LoggedCode[];
  readonly ticks: readonly LoggedTick[];
  /** Ticks that made no sense. */
  readonly damaged: number;
}

/** V8's state GC; the numbers of the others differ between versions. */
const GC = 1;
const LONGEST_NAME = 4096;
/** Every tick counts; 0x leaves out those of the first moments otherwise. Seconds. */
const FROM_THE_START = -1;
/** Milliseconds for the rest of the file to be written, after 0x has read the same data itself. */
const FILE_PATIENCE = 5000;
const FILE_STEP = 20;

/**
 * Gives a log to 0x, which has the Node that wrote it process it. What 0x gives back lacks the collector of garbage, times, and
 * which innermost code has no name; these are in the file that 0x leaves beside the log. Rejects with an Error that says why.
 */
export async function processLog(log: string, node: string): Promise<ProcessedLog> {
  const { default: v8LogToTicks } = await import('0x/lib/v8-log-to-ticks.js');
  const stacks = await v8LogToTicks(log, { pathToNodeBinary: node, collectDelay: FROM_THE_START });
  const processed = parseProcessed(await readWhole(`${log}.json`));
  if (processed.ticks.length + processed.damaged !== stacks.length)
    throw new Error('its ticks do not add up');
  return processed;
}

/** 0x has seen the end of the data, and its file may lack some of it for a moment. */
async function readWhole(path: string): Promise<unknown> {
  for (let waited = 0; ; waited += FILE_STEP) {
    try {
      return JSON.parse(readFileSync(path, 'utf8'));
    } catch (error) {
      if (waited >= FILE_PATIENCE) throw error;
    }
    await pause(FILE_STEP);
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** What `node --prof-process --preprocess` writes. Throws an Error when it is something else. */
export function parseProcessed(value: unknown): ProcessedLog {
  if (!isFields(value) || !Array.isArray(value.code) || !Array.isArray(value.ticks))
    throw new Error('it is not what V8 makes of a log');
  const code = value.code.map(codeOf);
  const ticks: LoggedTick[] = [];
  for (const tick of value.ticks) {
    const parsed = isFields(tick) ? tickOf(tick, code.length) : null;
    if (parsed) ticks.push(parsed);
  }
  return { code, ticks, damaged: value.ticks.length - ticks.length };
}

/** What `0x --write-ticks` writes: stacks, outermost first. They have no times, and count for V8's default of a millisecond each. */
export function processedOfTicks(value: unknown): ProcessedLog {
  if (!Array.isArray(value)) throw new Error('it is no list of ticks');
  const rows = new Map<string, number>();
  const code: LoggedCode[] = [];
  const rowOf = (frame: unknown): number => {
    const its = codeOf(frame);
    const key = `${its.type}\0${its.kind}\0${its.name}`;
    const row = rows.get(key) ?? code.push(its) - 1;
    rows.set(key, row);
    return row;
  };
  const stacks = value.filter((each) => Array.isArray(each));
  const ticks = stacks.map((stack: unknown[], i) => ({
    time: (i + 1) * 1000,
    isGc: false,
    stack: stack.map(rowOf).reverse(),
  }));
  return { code, ticks, damaged: value.length - stacks.length };
}

function codeOf(value: unknown): LoggedCode {
  const { name, type, kind } = isFields(value) ? value : ({} as Fields);
  const text = (field: unknown) => (typeof field === 'string' ? field.slice(0, LONGEST_NAME) : '');
  return { name: text(name), type: text(type), kind: text(kind) };
}

/** `s`: code and offset of each frame, in turns. */
function tickOf({ tm: time, vm, s: pairs }: Fields, codes: number): LoggedTick | null {
  if (typeof time !== 'number' || !(time >= 0) || !Array.isArray(pairs)) return null;
  const stack = pairs.filter((_, i) => i % 2 === 0);
  if (!stack.every((each) => Number.isInteger(each) && each >= -1 && each < codes)) return null;
  return { time, isGc: vm === GC, stack };
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
