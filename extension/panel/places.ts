/** Paths as recordings name them. Plain texts: what they point to is looked up elsewhere. */

/** The path with `/`, without `.` and `..` and the scheme of a `file:` address; null for what is no file, such as `<string>` or `node:fs`. */
export function pathOf(recorded: string): string | null {
  const path = recorded.replace(/^file:\/\//, '').replaceAll('\\', '/');
  if (path === '' || /^<.*>$/.test(path) || /^[a-z][a-z+-]+:/i.test(path) || path.includes('\0')) return null;
  return withoutDots(path);
}

/** A name that leads out of a folder must not pass for one inside it. */
function withoutDots(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `${path.startsWith('/') ? '/' : ''}${names.join('/')}`;
}

/** The ends of a path by whole names, longest first: `/a/b/c.py` gives `a/b/c.py`, `b/c.py`, `c.py`. */
export function suffixesOf(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  return names.map((_, i) => names.slice(i).join('/'));
}

/** Whether `path` is `folder` or in it; both absolute, with `/` and without `..`. */
export const isWithin = (folder: string, path: string): boolean =>
  path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
