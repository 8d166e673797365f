import type { Glyphs } from './glyphs.ts';
import type { Palette, Style } from './palette.ts';
import { cellsOf, clean, cut, cutMiddle, cutStart, isAscii } from './text.ts';

/** What every row is drawn with. */
export interface Look {
  readonly palette: Palette;
  readonly glyphs: Glyphs;
}

/** Builds one row of the screen. Everything that is put is fitted: a row never has more cells than the screen. */
export class Line {
  /** Cells so far. */
  column = 0;
  readonly width: number;
  readonly look: Look;
  private out = '';
  private style: Style = '';

  constructor(width: number, look: Look) {
    this.width = width;
    this.look = look;
  }

  get room(): number {
    return this.width - this.column;
  }

  /** Any text, at its own width but at most `cells`. */
  text(text: string, style: Style = '', cells = this.room): this {
    return this.put(cut(clean(text), Math.min(cells, this.room), this.look.glyphs.cut), style);
  }

  /** Any text in exactly `cells` cells, cut or padded. */
  field(text: string, cells: number, style: Style = ''): this {
    const end = Math.min(this.width, this.column + cells);
    this.text(text, style, cells);
    return this.to(end, style);
  }

  /** As `field`, but a text that is too long loses its middle. */
  ends(text: string, cells: number, style: Style = ''): this {
    const end = Math.min(this.width, this.column + cells);
    this.put(cutMiddle(clean(text), Math.min(cells, this.room), this.look.glyphs.cut), style);
    return this.to(end, style);
  }

  /** As `field`, but a text that is too long loses its beginning. */
  tail(text: string, cells: number, style: Style = ''): this {
    const end = Math.min(this.width, this.column + cells);
    this.put(cutStart(clean(text), Math.min(cells, this.room), this.look.glyphs.cut), style);
    return this.to(end);
  }

  /** As `field`, set right. */
  number(text: string, cells: number, style: Style = ''): this {
    this.skip(Math.max(0, Math.min(cells, this.room) - cellsOf(text)));
    return this.text(text, style, cells);
  }

  /** Characters of `Glyphs`, one cell each. */
  glyphs(glyphs: string, style: Style = ''): this {
    const fitting = glyphs.length <= this.room ? glyphs : glyphs.slice(0, Math.max(0, this.room));
    this.dress(style);
    this.out += fitting;
    this.column += fitting.length;
    return this;
  }

  skip(cells: number): this {
    return this.to(this.column + cells);
  }

  /** Blanks up to `column`; nothing when the row is there already. */
  to(column: number, style: Style = ''): this {
    const cells = Math.min(column, this.width) - this.column;
    if (cells <= 0) return this;
    this.dress(style);
    this.out += ' '.repeat(cells);
    this.column += cells;
    return this;
  }

  /** The row, blank to the screen's edge, so that it covers what was there. */
  end(): string {
    this.to(this.width);
    this.dress('');
    return this.out;
  }

  private put(text: string, style: Style): this {
    if (text === '') return this;
    this.dress(style);
    this.out += text;
    this.column += cellsOf(text);
    // Terminals differ about some characters; the next field begins where we think it does.
    const foreign = !isAscii(text) && !isAscii(text.replace(this.look.glyphs.cut, ''));
    if (foreign && this.column < this.width) this.out += `\x1b[${this.column + 1}G`;
    return this;
  }

  private dress(style: Style): void {
    if (style === this.style) return;
    if (this.style !== '') this.out += '\x1b[m';
    this.out += style;
    this.style = style;
  }
}

export function rule(width: number, look: Look): string {
  return new Line(width, look).glyphs(look.glyphs.rule.repeat(width), look.palette.faint).end();
}
