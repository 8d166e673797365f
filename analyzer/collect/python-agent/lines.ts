/** Longer lines are damage: the agent bounds every text, and a tick of a thousand threads is 40 KB. */
const LONGEST_LINE = 1 << 20;

/** Cuts a stream of bytes into lines. What follows the last line end waits for the next bytes. */
export class Lines {
  private readonly decoder = new TextDecoder('utf-8');
  private rest = '';
  private skipping = false;
  /** Lines that were too long to be lines. */
  tooLong = 0;

  /** The lines that `bytes` completes. */
  push(bytes: Uint8Array): string[] {
    const lines = (this.rest + this.decoder.decode(bytes, { stream: true })).split('\n');
    this.rest = lines.pop() ?? '';
    if (this.skipping && lines.length > 0) {
      lines.shift();
      this.skipping = false;
    }
    if (this.rest.length > LONGEST_LINE || this.skipping) {
      if (!this.skipping) this.tooLong++;
      this.skipping = true;
      this.rest = '';
    }
    return lines;
  }

  /** Whether bytes are left that no line end completed. */
  get isTorn(): boolean {
    return this.skipping || this.rest !== '';
  }
}

/** The text of a field: `\t`, `\n`, `\r` and `\\` stand for themselves. */
export function unescapeField(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' };

/** A decimal integer of a field, NaN when it is none: `Number` would take '', '0x1' and '1e9'. */
export function integerField(text: string | undefined): number {
  if (text === undefined || !/^-?\d{1,16}$/.test(text)) return Number.NaN;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : Number.NaN;
}
