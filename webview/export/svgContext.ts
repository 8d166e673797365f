/** What the views draw with: a canvas and an SVG picture both take it. */
type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

interface State {
  fillStyle: string;
  strokeStyle: string;
  globalAlpha: number;
  lineWidth: number;
  lineJoin: CanvasLineJoin;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
  dash: readonly number[];
  matrix: Matrix;
  /** Id of a clip path; empty: none. */
  clip: string;
}

const START: State = {
  fillStyle: '#000',
  strokeStyle: '#000',
  globalAlpha: 1,
  lineWidth: 1,
  lineJoin: 'miter',
  font: '10px sans-serif',
  textAlign: 'start',
  textBaseline: 'alphabetic',
  dash: [],
  matrix: [1, 0, 0, 1, 0, 0],
  clip: '',
};

const ANCHORS: Readonly<Record<string, string>> = { center: 'middle', right: 'end', end: 'end' };
const BASELINES: Readonly<Record<string, string>> = {
  middle: 'central',
  top: 'text-before-edge',
  bottom: 'text-after-edge',
};

/**
 * The part of a canvas' context that the views use, as the text of an SVG picture: the same code draws what is seen and what is
 * saved. Texts are escaped; a character that XML does not know becomes a replacement character. Widths of texts are `measure`d by
 * a real context, so that what fits on the screen is what is cut in the picture.
 */
export class SvgContext {
  private state: State = { ...START };
  private readonly kept: State[] = [];
  private readonly parts: string[] = [];
  private path = '';
  private clips = 0;
  private readonly measure: CanvasRenderingContext2D;

  constructor(measure: CanvasRenderingContext2D) {
    this.measure = measure;
  }

  get fillStyle() {
    return this.state.fillStyle;
  }
  set fillStyle(value: string) {
    this.state.fillStyle = value;
  }
  get strokeStyle() {
    return this.state.strokeStyle;
  }
  set strokeStyle(value: string) {
    this.state.strokeStyle = value;
  }
  get globalAlpha() {
    return this.state.globalAlpha;
  }
  set globalAlpha(value: number) {
    this.state.globalAlpha = value;
  }
  get lineWidth() {
    return this.state.lineWidth;
  }
  set lineWidth(value: number) {
    this.state.lineWidth = value;
  }
  get lineJoin() {
    return this.state.lineJoin;
  }
  set lineJoin(value: CanvasLineJoin) {
    this.state.lineJoin = value;
  }
  get font() {
    return this.state.font;
  }
  set font(value: string) {
    this.state.font = value;
  }
  get textAlign() {
    return this.state.textAlign;
  }
  set textAlign(value: CanvasTextAlign) {
    this.state.textAlign = value;
  }
  get textBaseline() {
    return this.state.textBaseline;
  }
  set textBaseline(value: CanvasTextBaseline) {
    this.state.textBaseline = value;
  }

  save(): void {
    this.kept.push({ ...this.state });
  }

  restore(): void {
    this.state = this.kept.pop() ?? this.state;
  }

  translate(x: number, y: number): void {
    this.multiply([1, 0, 0, 1, x, y]);
  }

  rotate(angle: number): void {
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    this.multiply([cos, sin, -sin, cos, 0, 0]);
  }

  setLineDash(dash: readonly number[]): void {
    this.state.dash = [...dash];
  }

  beginPath(): void {
    this.path = '';
  }

  moveTo(x: number, y: number): void {
    this.path += `M${this.at(x, y)}`;
  }

  lineTo(x: number, y: number): void {
    this.path += `${this.path === '' ? 'M' : 'L'}${this.at(x, y)}`;
  }

  quadraticCurveTo(cx: number, cy: number, x: number, y: number): void {
    this.path += `Q${this.at(cx, cy)} ${this.at(x, y)}`;
  }

  closePath(): void {
    this.path += 'Z';
  }

  rect(x: number, y: number, width: number, height: number): void {
    const [right, bottom] = [x + width, y + height];
    this.path += `M${this.at(x, y)}L${this.at(right, y)}L${this.at(right, bottom)}L${this.at(x, bottom)}Z`;
  }

  roundRect(x: number, y: number, width: number, height: number, radius: number | number[] = 0): void {
    const wanted = typeof radius === 'number' ? radius : (radius[0] ?? 0);
    const r = Math.max(0, Math.min(wanted, width / 2, height / 2));
    const [right, bottom] = [x + width, y + height];
    const corner = (cornerX: number, cornerY: number, toX: number, toY: number): string =>
      `Q${this.at(cornerX, cornerY)} ${this.at(toX, toY)}`;
    this.path += `M${this.at(x + r, y)}L${this.at(right - r, y)}${corner(right, y, right, y + r)}L${this.at(right, bottom - r)}${corner(right, bottom, right - r, bottom)}L${this.at(x + r, bottom)}${corner(x, bottom, x, bottom - r)}L${this.at(x, y + r)}${corner(x, y, x + r, y)}Z`;
  }

  arc(x: number, y: number, radius: number, from: number, to: number): void {
    const point = (angle: number): string =>
      this.at(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
    const r = n(radius);
    const begin = `${this.path === '' ? 'M' : 'L'}${point(from)}`;
    // An arc from a point to itself is none: a circle is two halves.
    if (Math.abs(to - from) >= 2 * Math.PI - 1e-6)
      this.path += `M${point(from)}A${r} ${r} 0 1 1 ${point(from + Math.PI)}A${r} ${r} 0 1 1 ${point(from)}`;
    else this.path += `${begin}A${r} ${r} 0 ${to - from > Math.PI ? 1 : 0} 1 ${point(to)}`;
  }

  /** What is drawn until `restore` is seen inside the path only. */
  clip(): void {
    const id = `clip${this.clips++}`;
    this.parts.push(`<clipPath id="${id}"${this.clipping()}><path d="${this.path}"/></clipPath>`);
    this.state.clip = id;
  }

  fill(): void {
    if (this.path !== '') this.parts.push(`<path d="${this.path}"${this.filled()}${this.common()}/>`);
  }

  stroke(): void {
    if (this.path !== '') this.parts.push(`<path d="${this.path}"${this.stroked()}${this.common()}/>`);
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.parts.push(`${this.box(x, y, width, height)}${this.filled()}${this.common()}/>`);
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    this.parts.push(`${this.box(x, y, width, height)}${this.stroked()}${this.common()}/>`);
  }

  fillText(text: string, x: number, y: number): void {
    this.text(text, x, y, this.filled());
  }

  strokeText(text: string, x: number, y: number): void {
    this.text(text, x, y, this.stroked());
  }

  measureText(text: string): TextMetrics {
    if (this.measure.font !== this.state.font) this.measure.font = this.state.font;
    return this.measure.measureText(text);
  }

  /** The picture so far, `width` by `height` CSS pixels. `title`: what a screen reader says. */
  picture(width: number, height: number, title: string): string {
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}" role="img"><title>${escapedXml(title)}</title>${this.parts.join('\n')}</svg>\n`;
  }

  private text(text: string, x: number, y: number, paint: string): void {
    const { font, textAlign, textBaseline, matrix } = this.state;
    const anchor = ANCHORS[textAlign];
    const baseline = BASELINES[textBaseline];
    const [a, b, c, d, e, f] = matrix;
    // Only letters turn; everything else has its corners turned.
    const isTurned = b !== 0;
    const place = isTurned
      ? `x="${n(x)}" y="${n(y)}" transform="matrix(${[a, b, c, d].join(' ')} ${n(e)} ${n(f)})"`
      : `x="${n(x + e)}" y="${n(y + f)}"`;
    const letters = `<text ${place} xml:space="preserve" ${fontOf(font)}${anchor ? ` text-anchor="${anchor}"` : ''}${baseline ? ` dominant-baseline="${baseline}"` : ''}${paint}${this.faded()}${isTurned ? '' : this.clipping()}>${escapedXml(text)}</text>`;
    // A clip path turns with what names it; around it stands something that does not turn.
    this.parts.push(isTurned ? `<g${this.clipping()}>${letters}</g>` : letters);
  }

  /** A point of the picture. */
  private at(x: number, y: number): string {
    const [a, b, c, d, e, f] = this.state.matrix;
    return `${n(a * x + c * y + e)} ${n(b * x + d * y + f)}`;
  }

  /** SVG knows no negative sizes; a canvas draws to the other side. */
  private box(x: number, y: number, width: number, height: number): string {
    const [, b, , , e, f] = this.state.matrix;
    if (b !== 0) {
      const [right, bottom] = [x + width, y + height];
      return `<path d="M${this.at(x, y)}L${this.at(right, y)}L${this.at(right, bottom)}L${this.at(x, bottom)}Z"`;
    }
    return `<rect x="${n(Math.min(x, x + width) + e)}" y="${n(Math.min(y, y + height) + f)}" width="${n(Math.abs(width))}" height="${n(Math.abs(height))}"`;
  }

  private filled(): string {
    return ` fill="${escapedXml(String(this.state.fillStyle))}"`;
  }

  private stroked(): string {
    const { strokeStyle, lineWidth, dash, lineJoin } = this.state;
    const dashes = dash.length > 0 ? ` stroke-dasharray="${dash.map(n).join(' ')}"` : '';
    const joined = lineJoin === 'miter' ? '' : ` stroke-linejoin="${lineJoin}"`;
    return ` fill="none" stroke="${escapedXml(String(strokeStyle))}" stroke-width="${n(lineWidth)}"${dashes}${joined}`;
  }

  private common(): string {
    return this.faded() + this.clipping();
  }

  private faded(): string {
    const { globalAlpha } = this.state;
    return globalAlpha < 1 ? ` opacity="${n(globalAlpha)}"` : '';
  }

  private clipping(): string {
    return this.state.clip === '' ? '' : ` clip-path="url(#${this.state.clip})"`;
  }

  private multiply([a, b, c, d, e, f]: Matrix): void {
    const [A, B, C, D, E, F] = this.state.matrix;
    this.state.matrix = [
      A * a + C * b,
      B * a + D * b,
      A * c + C * d,
      B * c + D * d,
      A * e + C * f + E,
      B * e + D * f + F,
    ];
  }
}

/** A hundredth of a pixel is more than any screen or printer shows. */
const n = (value: number): string => String(Math.round(value * 100) / 100);

/** A font as a canvas has it, such as `600 12px "DejaVu Sans", serif`, as the attributes that every reader of SVG knows. */
function fontOf(font: string): string {
  const [, before = '', size = '10', family = 'sans-serif'] =
    /^(.*?)([\d.]+)px(?:\/\S+)?\s+(.*)$/.exec(font) ?? [];
  const weight = /\b(bold|[1-9]00)\b/.exec(before)?.[1];
  const bold = weight && weight !== '400' ? ` font-weight="${weight}"` : '';
  const slanted = before.includes('italic') ? ' font-style="italic"' : '';
  return `font-size="${size}" font-family="${escapedXml(family)}"${bold}${slanted}`;
}

/** Text as XML 1.0; characters that it has no way to write become replacement characters. */
export const escapedXml = (text: string): string =>
  text
    // Half of a pair is no character.
    .replace(/\p{Surrogate}/gu, '\ufffd')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML cannot hold.
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
