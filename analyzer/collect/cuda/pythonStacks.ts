import type { StackId } from '../../model/index.ts';
import { decodeLines } from '../cpython/runtime/lineTable.ts';
import { wordOf } from './capture.ts';
import type { DeviceRows } from './rows.ts';

const CODE_HEAD = 32;
const STACK_HEAD = 8;
const FRAME = 16;
const LAUNCH = 8;
/** Code objects and stacks that one process may bring: a damaged or hostile capture must not use up all memory. */
const MOST = 1 << 18;
const MOST_UNITS = 1 << 20;
/** Launches whose stack is remembered until their work comes. */
const LAUNCHES = 1 << 18;

interface Code {
  readonly file: string;
  readonly name: string;
  readonly firstLine: number;
  readonly lines: Int32Array;
}

const decoder = new TextDecoder();

/** Stacks of Python that the agent took inside the calls that launched. */
export class PythonStacks {
  private readonly rows: DeviceRows;
  private readonly codes = new Map<number, Code>();
  private readonly stacks = new Map<number, StackId>();
  private correlation = new Uint32Array(0);
  private stack = new Uint32Array(0);

  constructor(rows: DeviceRows) {
    this.rows = rows;
  }

  /** Takes a `code` chunk. */
  learnCode(payload: DataView): void {
    if (payload.byteLength < CODE_HEAD) return;
    const [minor, firstLine] = [payload.getInt32(8, true), payload.getInt32(12, true)];
    const units = payload.getUint32(16, true);
    const [file, name, table] = [20, 24, 28].map((at) => payload.getUint32(at, true)) as [
      number,
      number,
      number,
    ];
    const isWhole = CODE_HEAD + file + name + table <= payload.byteLength;
    if (!isWhole || units > MOST_UNITS || (this.codes.size >= MOST && !this.codes.has(wordOf(payload, 0))))
      return;
    const bytes = (from: number, length: number) =>
      new Uint8Array(payload.buffer, payload.byteOffset + CODE_HEAD + from, length);
    const lines = decodeLines(minor, bytes(file + name, table), firstLine, units);
    this.codes.set(wordOf(payload, 0), {
      file: decoder.decode(bytes(0, file)),
      name: decoder.decode(bytes(file, name)),
      firstLine: Math.max(0, firstLine),
      lines,
    });
  }

  /** Takes a `stack` chunk: its frames, the innermost first. */
  learnStack(payload: DataView): void {
    if (payload.byteLength < STACK_HEAD || this.stacks.size >= MOST) return;
    const depth = Math.min(payload.getUint32(4, true), Math.floor((payload.byteLength - STACK_HEAD) / FRAME));
    let stack: StackId | -1 = -1;
    for (let i = depth - 1; i >= 0; i--) {
      const at = STACK_HEAD + FRAME * i;
      const code = this.codes.get(wordOf(payload, at));
      // A trampoline of CPython's own, which its tracebacks hide too.
      if (!code || (code.firstLine === 0 && code.name === code.file)) continue;
      const line = lineOf(code, payload.getInt32(at + 8, true));
      const frame = this.rows.interner.frame(code.name, code.file, line, code.firstLine, 'python');
      stack = this.rows.interner.stack(stack, frame);
    }
    if (stack !== -1) this.stacks.set(payload.getUint32(0, true), stack);
  }

  /** Takes a `launches` chunk: of each call its correlation and the number of its stack. */
  learnLaunches(payload: DataView): void {
    if (this.correlation.length === 0) {
      this.correlation = new Uint32Array(LAUNCHES);
      this.stack = new Uint32Array(LAUNCHES);
    }
    for (let at = 0; at + LAUNCH <= payload.byteLength; at += LAUNCH) {
      const correlation = payload.getUint32(at, true);
      const slot = correlation & (LAUNCHES - 1);
      this.correlation[slot] = correlation;
      this.stack[slot] = payload.getUint32(at + 4, true);
    }
  }

  /** The stack of a call; -1 when it was not taken. */
  of(correlation: number): StackId | -1 {
    const slot = correlation & (LAUNCHES - 1);
    if (this.correlation.length === 0 || this.correlation[slot] !== correlation) return -1;
    return this.stacks.get(this.stack[slot] as number) ?? -1;
  }
}

/** An instruction without a line belongs to what came before. */
function lineOf({ lines, firstLine }: Code, unit: number): number {
  for (let at = Math.min(unit, lines.length - 1); at >= 0; at--)
    if ((lines[at] as number) > 0) return lines[at] as number;
  return firstLine;
}
