import type { Language } from '../model/index.ts';

const BY_FILE: readonly (readonly [RegExp, Language])[] = [
  [/\.pyx?$|^<frozen |[/\\]ipykernel_\d+[/\\]|^<(?:string|stdin|ipython-input)/, 'python'],
  [/\.[cm]?[jt]sx?$|^node:|^https?:/, 'javascript'],
];

/** The language of a file by its name, for formats that do not tell it; `native` where the name does not either. */
export const languageOf = (file: string): Language =>
  BY_FILE.find(([pattern]) => pattern.test(file))?.[1] ?? 'native';

/** `file:///a%20b.js` as the path that it names; anything else as it is. */
export function pathOf(url: string): string {
  if (!url.startsWith('file://')) return url;
  try {
    return decodeURIComponent(url.slice('file://'.length).replace(/^\/(?=[A-Za-z]:\/)/, ''));
  } catch {
    return url.slice('file://'.length);
  }
}
