import { LANGUAGES } from '../model/index.ts';
import { baseName } from './baseName.ts';
import type { Functions } from './functions.ts';

/**
 * Whose code a function is. `own`: the program's. `library`: installed packages and the language's standard library.
 * `native`: machine code, the interpreter, the operating system's kernel. `device`: what ran on a device, whoever wrote it; not
 * told from a name or a file, but by whoever made the function of it.
 */
export type Origin = 'own' | 'library' | 'native' | 'device';

/** Where a function belongs: `module` is a file's stem for own code, else the package, such as `numpy`. */
export interface Home {
  readonly origin: Origin;
  readonly module: string;
}

const INSTALLED = /[/\\](?:site-packages|dist-packages|node_modules)[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)/g;
const STANDARD =
  /[/\\]lib(?:64)?[/\\]python\d\.\d+[/\\](?:lib-dynload[/\\])?([^/\\]+)|[/\\]python\d+\.zip[/\\]([^/\\]+)/i;
const WINDOWS_STANDARD = /[/\\]Python\d+[/\\]Lib[/\\]([^/\\]+)/;

/** What perfscope puts into a Python program: a reader who sees its frames should not take them for the program's. */
const AGENT = /[/\\]agents[/\\]python[/\\](?:perfscope_\w+|sitecustomize)\.py$/;

/** Code that a library wrote while the program ran, such as `<pyopencl invoker for 'f'>`; what a user types has one of the others' names. */
const GENERATED = /^<(?!(?:string|stdin|console|input|ipython|doctest|unknown|anonymous)\b)\w+[ .-]/;

const stem = (name: string): string => name.replace(/\.(?:pyc?|[cm]?[jt]sx?|pyx|so)$/i, '');

/** `file` as recorded; `language` an index into `LANGUAGES`. */
export function homeOf(name: string, file: string, language: number): Home {
  const spoken = LANGUAGES[language];
  if (spoken === 'kernel') return { origin: 'native', module: 'kernel' };
  if (spoken === 'native') {
    const library = baseName(file);
    return { origin: 'native', module: library.replace(/\.so[.\d]*$/, '') || 'native' };
  }
  if (file === '') return { origin: 'native', module: name.startsWith('[') ? 'interpreter' : 'native' };
  if (file.startsWith('<frozen '))
    return { origin: 'library', module: file.slice(8, -1).split('.')[0] ?? '' };
  if (GENERATED.test(file)) return { origin: 'library', module: /^<(\w*)/.exec(file)?.[1] ?? '' };
  if (file.startsWith('node:')) return { origin: 'library', module: file };
  // The innermost installation counts: a package may bring packages of its own.
  const installed = [...file.matchAll(INSTALLED)].at(-1)?.[1];
  if (installed) return { origin: 'library', module: stem(installed) };
  const standard = STANDARD.exec(file) ?? WINDOWS_STANDARD.exec(file);
  if (standard) return { origin: 'library', module: stem(standard[1] ?? standard[2] ?? '') };
  if (AGENT.test(file)) return { origin: 'library', module: 'perfscope' };
  return { origin: 'own', module: stem(baseName(file)) };
}

/** The home of every function, by its number. */
export function homesOf(functions: Functions): Home[] {
  // A file has many functions, and telling whose it is takes several expressions; a name matters only without one.
  const known = new Map<string, Home>();
  return functions.name.map((name, id) => {
    const file = functions.file[id] ?? '';
    const language = functions.language[id] as number;
    const key = file === '' ? '' : `${language} ${file}`;
    const home = (key !== '' && known.get(key)) || homeOf(name, file, language);
    if (key !== '') known.set(key, home);
    return home;
  });
}
