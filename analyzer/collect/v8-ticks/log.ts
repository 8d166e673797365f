import { DEOPT_KINDS, type DeoptKind } from '../../model/index.ts';

/**
 * What is read from V8's log of an isolate itself: whose it is, and what was deoptimised, neither of which V8's own processing of
 * ticks gives. A line is `kind,field,...`; what would break it is escaped. The log comes from the program: nothing in it is
 * believed before it is looked at.
 */
export interface IsolateLog {
  /** Whose log it is; null when the agent has not said it. */
  readonly owner: LogOwner | null;
  readonly deopts: readonly LoggedDeopt[];
  /** Lines that make no sense where they stand. */
  readonly damaged: number;
}

export interface LogOwner {
  readonly pid: number;
  /** The system's number of the thread; 0 when unknown. */
  readonly tid: number;
  /** Path of the Node that wrote the log. */
  readonly node: string;
  /** Nanos at which the log's own clock was 0. */
  readonly origin: number;
}

export interface LoggedDeopt {
  /** Microseconds on the log's clock. */
  readonly time: number;
  readonly kind: DeoptKind;
  readonly reason: string;
  /** The function whose code was given up, as the log names it; empty when unknown. */
  readonly function: string;
  /** What could not go on; empty and 0 when unknown. */
  readonly file: string;
  readonly line: number;
}

const MARK = /^ ?perfscope:(\{.*\}):\d+:\d+$/s;
const PLACE = /^<(.*?):(\d+):(\d+)>(?: inlined at |$)/s;
/** Deoptimisations of one isolate that are kept; a program that does nothing else has more. */
const MOST_DEOPTS = 100_000;

export function decodeLog(text: string): IsolateLog {
  const code = new Map<string, string>();
  const deopts: LoggedDeopt[] = [];
  let owner: LogOwner | null = null;
  let damaged = 0;
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf('\n', from);
    const isWhole = newline >= 0;
    const fields = text.slice(from, isWhole ? newline : undefined).split(',');
    from = isWhole ? newline + 1 : text.length;
    if (!isWhole) damaged++;
    else if (fields[0] === 'tick') {
      if (fields.length < 6 || !isTime(fields[2])) damaged++;
    } else if (fields[0] === 'code-creation') {
      const [, , , time, address = '', , name] = fields;
      if (name === undefined || !isTime(time)) damaged++;
      else if (fields.length >= 9) {
        code.set(address, name);
        if (owner === null && name.includes('perfscope:')) owner = ownerOf(unescaped(name), Number(time));
      }
    } else if (fields[0] === 'code-move') {
      const [, before = '', after = ''] = fields;
      const name = code.get(before);
      code.delete(before);
      if (name !== undefined) code.set(after, name);
    } else if (fields[0] === 'code-deopt') {
      const deopt = deoptOf(fields, code);
      if (deopt === null) damaged++;
      else if (deopts.length < MOST_DEOPTS) deopts.push(deopt);
    }
  }
  return { owner, deopts, damaged };
}

const isTime = (text: string | undefined): boolean => text !== undefined && /^\d{1,15}$/.test(text);

function ownerOf(name: string, time: number): LogOwner | null {
  const json = MARK.exec(name)?.[1];
  if (json === undefined) return null;
  try {
    const { pid, tid, node, time: now } = JSON.parse(json) as Record<string, unknown>;
    if (!isCount(pid) || !isCount(tid) || !isCount(now) || typeof node !== 'string') return null;
    return { pid, tid, node, origin: now - time * 1e3 };
  } catch {
    return null;
  }
}

/** `code-deopt,time,size,code,inlining,position,kind,place,reason` */
function deoptOf(fields: readonly string[], code: ReadonlyMap<string, string>): LoggedDeopt | null {
  const [, time, , address, , , kind, place, reason] = fields;
  if (!isTime(time) || address === undefined || kind === undefined || reason === undefined) return null;
  const word = kind.replace(/^deopt-/, '');
  const where = PLACE.exec(unescaped(place ?? ''));
  const line = Number(where?.[2] ?? 0);
  return {
    time: Number(time),
    kind: DEOPT_KINDS.find((each) => each === word) ?? 'other',
    reason: unescaped(reason).slice(0, 200),
    function: unescaped(code.get(address) ?? ''),
    file: where?.[1] ?? '',
    line: line < 2 ** 32 ? line : 0,
  };
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** V8 writes `\xNN` and `\uNNNN` for what is not to stand in a line, and `\\` and `\n`. */
const unescaped = (text: string): string =>
  text.replace(/\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(n)|(\\))/g, (_, byte, unit, newline) =>
    newline ? '\n' : byte || unit ? String.fromCharCode(Number.parseInt(byte ?? unit, 16)) : '\\',
  );
