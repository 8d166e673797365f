import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readText } from './text.ts';

/** Bytes of a map that is still read. */
const LONGEST_MAP = 1 << 25;
const OPENINGS = ['//# ', '//@ ', '/*# ', '/*@ '];
const MARK = 'sourceMappingURL=';

/** URL of the map of a script, from the comment that its text ends with; empty for none. */
export function mapUrlIn(script: string): string {
  const at = script.lastIndexOf(MARK);
  if (at < 0 || !OPENINGS.includes(script.slice(Math.max(0, at - 4), at))) return '';
  const newline = script.indexOf('\n', at);
  const end = newline < 0 ? script.length : newline;
  const url = script
    .slice(at + MARK.length, end)
    .trim()
    .replace(/\s*\*\/$/, '');
  // Comments of other kinds may follow, such as sourceURL.
  const isLast = script.slice(end).split('\n').every(isNoCode);
  return isLast && !/[\s'"]/.test(url) ? url : '';
}

const isNoCode = (line: string): boolean => line.trim() === '' || line.trimStart().startsWith('//');

/** The text of a map and where it lies, from which the paths in it go. */
export interface MapText {
  readonly text: string;
  readonly at: string;
}

/**
 * The map that a script names. `file`: the script's path. Null when there is none: it is not there, too large, or elsewhere than on
 * this machine, where nobody looks for it.
 */
export function mapTextOf(url: string, file: string): MapText | null {
  if (url.startsWith('data:')) {
    const text = dataOf(url);
    return text === null ? null : { text, at: file };
  }
  const path = pathOf(url, file);
  const text = path === null ? null : readText(path, LONGEST_MAP);
  return path === null || text === null ? null : { text, at: path };
}

function dataOf(url: string): string | null {
  const comma = url.indexOf(',');
  if (comma < 0 || url.length > 2 * LONGEST_MAP) return null;
  const data = url.slice(comma + 1);
  if (/;base64$/i.test(url.slice(0, comma))) return Buffer.from(data, 'base64').toString('utf8');
  try {
    return decodeURIComponent(data);
  } catch {
    return null;
  }
}

function pathOf(url: string, file: string): string | null {
  try {
    if (url.startsWith('file:')) return fileURLToPath(url);
    if (/^[a-z][a-z0-9+.-]+:/i.test(url) || !isAbsolute(file)) return null;
    return resolve(dirname(file), decodeURIComponent(url.replace(/[?#].*$/, '')));
  } catch {
    return null;
  }
}
