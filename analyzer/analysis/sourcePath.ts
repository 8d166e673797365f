/** Where a source file lies, as seen from the directory that a command was started in. */
export interface SourcePath {
  /** With `/` between its parts; relative where it lies inside the directory. */
  readonly path: string;
  readonly isInside: boolean;
}

/**
 * The path of a frame's file; null for what is no file, such as `<string>` or `node:fs`. `directory`: absolute, or empty
 * where a recording does not say it, and then every relative file lies inside.
 */
export function sourcePath(file: string, directory: string): SourcePath | null {
  const plain = file.replace(/^file:\/\//, '').replaceAll('\\', '/');
  if (plain === '' || /^[<[]/.test(plain) || /^[a-z]{2,}:/.test(plain)) return null;
  const root = normalised(directory.replaceAll('\\', '/'));
  const whole = normalised(isAbsolute(plain) ? plain : `${root}/${plain}`);
  const above = root.endsWith('/') ? root : `${root}/`;
  if (root !== '' && whole.startsWith(above)) return { path: whole.slice(above.length), isInside: true };
  if (root === '' && !isAbsolute(plain)) {
    const relative = normalised(plain);
    return { path: relative, isInside: !relative.startsWith('../') };
  }
  return { path: whole, isInside: false };
}

const isAbsolute = (path: string): boolean => /^(?:\/|[A-Za-z]:\/)/.test(path);

/** Without `.`, `..` and empty parts, as far as they can be told from the text alone. */
function normalised(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    const last = parts.at(-1);
    if (part === '..' && last !== undefined && last !== '..') parts.pop();
    else if (part !== '..' || !path.startsWith('/')) parts.push(part);
  }
  return `${path.startsWith('/') ? '/' : ''}${parts.join('/')}`;
}
