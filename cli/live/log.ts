import { StringDecoder } from 'node:string_decoder';
import { clean } from './text.ts';

/** One line that the child wrote. */
export interface LogLine {
  readonly text: string;
  readonly stream: 'stdout' | 'stderr';
}

export interface LogView {
  /** Oldest first; the last ones may be unfinished. */
  readonly lines: readonly LogLine[];
  /** Lines since the run began, those that are no longer kept among them. */
  readonly total: number;
}

const KEPT_LINES = 5000;
/** Characters of a line; what follows is left out until its end. */
const LONGEST_LINE = 4096;
/** Bytes of a stream that may wait for the next look. A child that prints faster than is read loses the middle. */
const MOST_WAITING = 256 * 1024;
const NEWLINE = 10;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what moves a cursor within a line
const EDITS = /[\n\r\b\t]|\x1b\[\d*K/;
/** What an unfinished escape sequence at the end of a text looks like; it waits for its rest. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const UNFINISHED = /\x1b(?:\[[\x20-\x3f]*|[\]PX^_][^\x07\x1b]{0,2000}\x1b?|[\x20-\x2f]*)?$/;

/** One stream's bytes on their way to lines. Decoded when looked at: most of a fast child's output is never seen. */
class LogStream {
  private waiting: Buffer[] = [];
  private bytes = 0;
  private decoder = new StringDecoder('utf8');
  private rest = '';
  /** The unfinished line, and where in it the next character goes. */
  line = '';
  private column = 0;
  /** Lines that were dropped unread. */
  skipped = 0;

  write(chunk: Buffer): void {
    this.waiting.push(chunk);
    this.bytes += chunk.length;
    while (this.bytes > MOST_WAITING && this.waiting.length > 1) this.drop(this.waiting.shift() as Buffer);
  }

  /** Calls `done` for every line that was finished since the last call. */
  read(done: (text: string) => void): void {
    if (this.waiting.length === 0) return;
    const bytes = Buffer.concat(this.waiting);
    this.waiting = [];
    this.bytes = 0;
    let text = this.rest + this.decoder.write(bytes);
    this.rest = UNFINISHED.exec(text.slice(-2100))?.[0] ?? '';
    if (this.rest !== '') text = text.slice(0, text.length - this.rest.length);
    let edit = EDITS.exec(text);
    while (edit) {
      this.append(text.slice(0, edit.index));
      this.edit(edit[0], done);
      text = text.slice(edit.index + edit[0].length);
      edit = EDITS.exec(text);
    }
    this.append(text);
  }

  private drop(chunk: Buffer): void {
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) this.skipped++;
    this.decoder = new StringDecoder('utf8');
    this.rest = '';
    this.line = '';
    this.column = 0;
  }

  private edit(what: string, done: (text: string) => void): void {
    if (what === '\n') {
      done(this.line);
      this.line = '';
      this.column = 0;
    } else if (what === '\r') this.column = 0;
    else if (what === '\b') this.column = Math.max(0, this.column - 1);
    else if (what === '\t') this.append(' '.repeat(8 - (this.column % 8)));
    else if (what === '\x1b[K' || what === '\x1b[0K') this.line = this.line.slice(0, this.column);
    else if (what === '\x1b[2K') this.line = '';
  }

  /** Writes over what is there, as a progress bar wants it. */
  private append(raw: string): void {
    if (raw === '' || this.column >= LONGEST_LINE) return;
    const text = clean(raw.length > LONGEST_LINE ? raw.slice(0, LONGEST_LINE) : raw);
    if (this.column > this.line.length) this.line = this.line.padEnd(this.column);
    this.line = this.line.slice(0, this.column) + text + this.line.slice(this.column + text.length);
    this.column += text.length;
  }
}

/** The child's output, ready to be shown: bounded, one line a row, no control characters. */
export class LiveLog {
  private readonly streams = { stdout: new LogStream(), stderr: new LogStream() };
  private lines: LogLine[] = [];
  private finished = 0;

  write(chunk: Buffer, stream: 'stdout' | 'stderr'): void {
    this.streams[stream].write(chunk);
  }

  view(): LogView {
    for (const stream of ['stdout', 'stderr'] as const) {
      this.streams[stream].read((text) => {
        this.lines.push({ text, stream });
        this.finished++;
      });
    }
    // Cut in blocks: moving 5000 entries for every line would be most of the work.
    if (this.lines.length > 2 * KEPT_LINES) this.lines = this.lines.slice(-KEPT_LINES);
    const open: LogLine[] = [];
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.streams[stream].line !== '') open.push({ text: this.streams[stream].line, stream });
    }
    const { stdout, stderr } = this.streams;
    return {
      lines: open.length > 0 ? [...this.lines, ...open] : this.lines,
      total: this.finished + stdout.skipped + stderr.skipped + open.length,
    };
  }
}
