import { Writable } from 'node:stream';

const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J';
const LEAVE = '\x1b[m\x1b[?7h\x1b[?25h\x1b[?1049l';
/** Draws a block in the corner and asks for the cursor's place: a terminal with wide blocks answers column 3. */
const PROBE = '\x1b[1;1H▇\x1b[6n\x1b[1;1H';
/** The terminal shows what lies between at once. */
const SYNC_BEGIN = '\x1b[?2026h';
const SYNC_END = '\x1b[?2026l';

/**
 * The terminal as Ink sees it, and as it is.
 *
 * Ink parses every cell of a frame anew, 12000 of them at 200x60, which costs half a core at ten frames a second. Here
 * its frame holds one number a row; the rows themselves are made elsewhere, and what goes to the terminal is those that
 * differ from what it shows. Ink believes that the terminal is a few columns wide: as many as a row's number needs.
 */
export class Screen extends Writable {
  readonly isTTY = true;
  /** For Ink only. */
  readonly columns = 8;
  private readonly terminal: NodeJS.WriteStream;
  private held: readonly string[] = [];
  private shown: string[] = [];
  private active = false;

  constructor(terminal: NodeJS.WriteStream) {
    super({ decodeStrings: false });
    this.terminal = terminal;
  }

  get rows(): number {
    return this.terminal.rows || 24;
  }

  get size(): { columns: number; rows: number } {
    return { columns: this.terminal.columns || 80, rows: this.rows };
  }

  enter(): void {
    this.active = true;
    this.terminal.write(ENTER);
  }

  /** To be called when keys are read already: the answer comes as one. */
  probe(): void {
    if (!this.active) return;
    this.shown = [];
    this.terminal.write(PROBE);
  }

  /** Puts the terminal back as it was; a second time does nothing. */
  leave(): void {
    if (!this.active) return;
    this.active = false;
    this.terminal.write(LEAVE);
  }

  /** Keeps the rows of the next frame, and gives what Ink must print for them. */
  hold(rows: readonly string[]): string {
    this.held = rows;
    return rows.map((_, at) => at).join('\n');
  }

  /** Replaces one row at once, without a frame. */
  put(at: number, row: string): void {
    if (!this.active || at >= this.shown.length || this.shown[at] === row) return;
    this.shown[at] = row;
    this.terminal.write(`\x1b[${at + 1};1H${row}`);
  }

  /** Forgets what the terminal shows, so that the next frame draws every row. */
  wipe(): void {
    this.shown = [];
    if (this.active) this.terminal.write('\x1b[2J');
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    this.draw(String(chunk));
    done();
  }

  /** Anything of Ink's that is not a row's number (cursor sequences, its report of an error) is not for the terminal. */
  private draw(frame: string): void {
    if (!this.active) return;
    let out = '';
    let at = 0;
    for (const token of frame.split('\n')) {
      const row = /^\d+$/.test(token) ? this.held[Number(token)] : undefined;
      if (row === undefined) continue;
      if (this.shown[at] !== row) out += `\x1b[${at + 1};1H${row}`;
      this.shown[at++] = row;
    }
    if (out !== '') this.terminal.write(SYNC_BEGIN + out + SYNC_END);
  }
}
