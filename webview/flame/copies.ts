import { duration, percent, place, visible } from '../format.ts';
import { weightWords } from './metrics.ts';
import { isCaller, stackOf, wholeOf } from './pictures.ts';
import { rootLabel, type Shown } from './words.ts';

/** The calls from the outermost one to a box, a line each, as a reader would paste them. */
export function stackText({ picture, boxes }: Shown, box: number): string {
  const { name, file, line } = picture.shape.functions;
  return stackOf(picture, boxes.node[box] as number, isCaller(picture, boxes, box))
    .map((id) => {
      const source = file[id] === '' ? '' : ` (${file[id]}${(line[id] as number) > 0 ? `:${line[id]}` : ''})`;
      return visible(`${name[id]}${source}`);
    })
    .join('\n');
}

const FIGURE = 10;
const SHARE = 8;

/** What is in sight as a table of plain text, in the order of the picture; calls too narrow to draw are counted. */
export function tableText(shown: Shown): string {
  const { picture, boxes, times, state } = shown;
  const { tree, shape } = picture;
  const words = weightWords(state.metric);
  const whole = wholeOf(picture);
  const rows = [`${'total'.padStart(FIGURE)}${'share'.padStart(SHARE)}${'self'.padStart(FIGURE)}  function`];
  for (let box = 0; box < boxes.count; box++) {
    const node = boxes.node[box] as number;
    const called = tree.function[node] as number;
    const level = (boxes.row[box] as number) - boxes.pivot;
    const indent = '  '.repeat(Math.abs(level));
    const merged = boxes.merged[box] as number;
    if (merged > 0) {
      rows.push(`${' '.repeat(2 * FIGURE + SHARE)}  ${indent}… ${merged} small`);
      continue;
    }
    const total = times
      ? (times.to[box] as number) - (times.from[box] as number)
      : (tree.total[node] as number);
    const of = times ? (times.to[0] as number) - (times.from[0] as number) : whole;
    // In order of time, and of callers, there is no time of their own.
    const self = times || level < 0 || picture.kind === 'inverted' ? '' : words(tree.self[node] as number);
    const source =
      called < 0 ? '' : place(shape.functions.file[called] as string, shape.functions.line[called] as number);
    const name = called < 0 ? rootLabel(shown) : `${level < 0 ? 'by ' : ''}${shape.functions.name[called]}`;
    const figures = [
      (times ? duration : words)(total).padStart(FIGURE),
      percent(of > 0 ? total / of : 0).padStart(SHARE),
      self.padStart(FIGURE),
    ].join('');
    rows.push(visible(`${figures}  ${indent}${name}${source ? `  ${source}` : ''}`));
  }
  return rows.join('\n').replace(/[\u00a0\u202f]/g, ' ');
}

/** Puts a text into the clipboard; false where the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
