import type { FrameId, StackId, StringId } from '../../model/index.ts';
import type { FieldsOf } from './records.ts';
import type { PoolRows } from './rows.ts';

/** Distinct frames and stacks that one process may bring: a damaged or hostile log must not use up all memory. */
const MOST = 1 << 18;

/** From the numbers that one process gave to texts, functions and stacks to ours. */
export class ProcessNames {
  private readonly rows: PoolRows;
  private readonly texts = new Map<number, string>();
  private readonly functions = new Map<number, FieldsOf<'function'>>();
  private readonly frames = new Map<number, FrameId>();
  private readonly stacks = new Map<number, StackId>();

  constructor(rows: PoolRows) {
    this.rows = rows;
  }

  learnText(number: number, text: string): void {
    if (this.texts.size < MOST) this.texts.set(number, text);
  }

  learnFunction(record: Readonly<FieldsOf<'function'>>): void {
    if (this.functions.size < MOST) this.functions.set(record.number, record);
  }

  learnStack(record: Readonly<FieldsOf<'stack'>>): void {
    const parent = record.parent < 0 ? -1 : this.stacks.get(record.parent);
    const code = this.functions.get(record.function);
    if (parent === undefined || !code || this.stacks.size >= MOST) return;
    const frame = this.frame(code, record.line);
    this.stacks.set(record.number, this.rows.interner.stack(parent, frame));
  }

  /** Empty when it is not known. */
  text(number: number): string {
    return this.texts.get(number) ?? '';
  }

  /** -1 for none, and for one that is not known. */
  string(number: number): StringId | -1 {
    const text = this.texts.get(number);
    return text === undefined ? -1 : this.rows.interner.string(text);
  }

  /** A function as the frame of its definition; -1 when it is not known. */
  function(number: number): FrameId | -1 {
    const known = this.frames.get(number);
    if (known !== undefined) return known;
    const code = this.functions.get(number);
    if (!code) return -1;
    const frame = this.frame(code, code.line);
    this.frames.set(number, frame);
    return frame;
  }

  stack(number: number): StackId | -1 {
    return this.stacks.get(number) ?? -1;
  }

  private frame(code: Readonly<FieldsOf<'function'>>, line: number): FrameId {
    return this.rows.interner.frame(this.text(code.name), this.text(code.file), line, code.line, 'python');
  }
}
