import type { Interner, StackId } from '../../model/index.ts';
import { integerField, unescapeField } from './lines.ts';

/** The interner tells 2^22 frames apart; one file must not use them all up. */
const MOST_FRAMES = 1 << 20;

/** From the numbers that an agent gave to functions and stacks to ours. */
export class StackTable {
  private readonly interner: Interner;
  private readonly functions = new Map<number, { name: string; file: string; line: number }>();
  private readonly stacks = new Map<number, StackId>();
  private frames = 0;

  constructor(interner: Interner) {
    this.interner = interner;
  }

  /** -1 for a number that is none. */
  stack(number: number | undefined): StackId | -1 {
    return this.stacks.get(number ?? -1) ?? -1;
  }

  /** Takes an `F` record; false when it makes no sense. */
  functionRecord(fields: string[]): boolean {
    const [, number, line, name, file] = fields;
    const values = [integerField(number), integerField(line)];
    if (file === undefined || !values.every((value) => value >= 0)) return false;
    this.functions.set(values[0] as number, {
      name: unescapeField(name ?? ''),
      file: unescapeField(file),
      line: inLines(values[1] as number),
    });
    return true;
  }

  /** Takes a `K` record; false when it makes no sense. */
  stackRecord(fields: string[]): boolean {
    const [number, parentNumber, functionNumber, line] = fields.slice(1).map(integerField);
    const code = this.functions.get(functionNumber ?? -1);
    const parent = parentNumber === -1 ? -1 : this.stacks.get(parentNumber ?? -2);
    if (
      number === undefined ||
      !(number >= 0) ||
      !code ||
      parent === undefined ||
      this.frames >= MOST_FRAMES
    ) {
      return false;
    }
    this.frames++;
    const frame = this.interner.frame(code.name, code.file, inLines(line ?? 0), code.line, 'python');
    this.stacks.set(number, this.interner.stack(parent, frame));
    return true;
  }
}

/** Lines are 32 bits in the model. */
const inLines = (line: number): number => (line >= 0 && line <= 0xffffffff ? line : 0);
