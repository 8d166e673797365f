import { fileURLToPath } from 'node:url';

/** A file's path, of the URL that V8 has for it; what is no file stays as it is. */
export function pathOf(url: string): string {
  if (!url.startsWith('file:')) return url;
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}
