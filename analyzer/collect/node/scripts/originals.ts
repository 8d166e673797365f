import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `webpack://name/./src/a.ts?hash`, and what other bundlers make. */
const BUNDLED = /^(?!https?:|node:)[a-z][a-z0-9+.-]*:\/\/([^/]*)\/([^?]*)/i;

/**
 * The path of a source as a map names it. URLs of bundlers become a path when there is such a file in the script's folder or one
 * above it; else they stay as they are. `file`: path of the script.
 */
export function originalPath(source: string, file: string): string {
  if (source.startsWith('file:')) {
    try {
      return fileURLToPath(source);
    } catch {
      return source;
    }
  }
  if (isAbsolute(source)) return normalize(source);
  const [, host = '', path = ''] = BUNDLED.exec(source) ?? [];
  if (path === '' || !isAbsolute(file)) return source;
  const names = [path, join(host, path), path.slice(path.indexOf('/') + 1)].map((name) => normalize(name));
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    for (const name of names) {
      const candidate = join(folder, name);
      if (!name.startsWith('..') && existsSync(candidate)) return candidate;
    }
    if (folder === dirname(folder)) return source;
  }
}
