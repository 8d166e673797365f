import { readFileSync, readlinkSync } from 'node:fs';
import { type Elf, readElf } from './elf.ts';
import { OBJECT_AT, type ProcessMemory } from './memory.ts';

/** Where the runtime of a process is. `version` is the word `Py_Version`; 0 before 3.11, which does not have it. */
export type Location =
  | {
      readonly kind: 'found';
      readonly runtime: number;
      readonly minor: number;
      readonly version: number;
      readonly file: string;
    }
  | { readonly kind: 'notPython' }
  /** It is or will be Python, but the library that holds the runtime is not loaded yet. */
  | { readonly kind: 'notReady' }
  | { readonly kind: 'unsupported'; readonly reason: string }
  | { readonly kind: 'gone' };

/** Symbols that start an interpreter: an executable that imports one will be Python once its libraries are loaded. */
const ENTRY_SYMBOLS = ['Py_BytesMain', 'Py_Main', 'Py_RunMain', 'Py_InitializeEx', 'Py_Initialize'];
/** Exported since the version that they are named with: they date a runtime from before `Py_Version` (3.11). */
const DATING_SYMBOLS: readonly (readonly [symbol: string, minor: number])[] = [
  ['PyModule_AddObjectRef', 10],
  ['PyObject_CallNoArgs', 9],
  ['PyConfig_Clear', 8],
];
/** Only builds that count references for debugging define it; their structs differ. */
const DEBUG_SYMBOL = '_Py_NegativeRefcount';
const RUNTIME_SYMBOL = '_PyRuntime';
const RUNTIME_SECTION = '.PyRuntime';
const VERSION_SYMBOL = 'Py_Version';
const WANTED = [
  RUNTIME_SYMBOL,
  VERSION_SYMBOL,
  DEBUG_SYMBOL,
  ...ENTRY_SYMBOLS,
  ...DATING_SYMBOLS.map(([symbol]) => symbol),
];

interface Mapped {
  readonly path: string;
  /** Where the start of the file is mapped. */
  readonly start: number;
  readonly end: number;
}

/** The files that are mapped from their start, in the order of their addresses. */
export function mappedFiles(maps: string): Mapped[] {
  const files = new Map<string, Mapped>();
  for (const line of maps.split('\n')) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) \S+ 0+ \S+ \d+\s+(\/.*)$/.exec(line);
    const path = match?.[3];
    if (match === null || path === undefined || files.has(path)) continue;
    files.set(path, {
      path,
      start: Number.parseInt(match[1] ?? '', 16),
      end: Number.parseInt(match[2] ?? '', 16),
    });
  }
  return [...files.values()];
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const isPythonLibrary = (path: string): boolean => /^libpython\d[\w.]*\.so/.test(baseName(path));
const isPythonProgram = (path: string): boolean =>
  /^python[\d.]*[a-z]*(?: \(deleted\))?$/.test(baseName(path));

/** `/proc/PID/root` reaches a file as the process sees it, in a container too. A deleted file is still held by the kernel. */
function openablePath(pid: number, file: Mapped, executable: string): string {
  if (!file.path.endsWith(' (deleted)')) return `/proc/${pid}/root${file.path}`;
  if (file.path === executable) return `/proc/${pid}/exe`;
  return `/proc/${pid}/map_files/${file.start.toString(16)}-${file.end.toString(16)}`;
}

/** Looks for CPython in the files that process `pid` has mapped. Throws an error of the file system when refused. */
export function locatePython(pid: number, memory: ProcessMemory): Location {
  let executable: string;
  let files: Mapped[];
  try {
    executable = readlinkSync(`/proc/${pid}/exe`);
    files = mappedFiles(readFileSync(`/proc/${pid}/maps`, 'utf8'));
  } catch (error) {
    if (isMissing(error)) return { kind: 'gone' };
    throw error;
  }
  if (files.length === 0) return { kind: 'gone' };
  if (files.some((file) => /^(?:lib)?pypy3?[\w.-]*$/.test(baseName(file.path))))
    return { kind: 'unsupported', reason: 'it is PyPy, and only CPython can be read from outside' };

  const candidates = [
    ...files.filter((file) => isPythonLibrary(file.path)),
    ...files.filter((file) => file.path === executable),
  ];
  let importsPython = false;
  for (const file of candidates) {
    const named = isPythonLibrary(file.path) || isPythonProgram(file.path);
    const elf = readMapped(openablePath(pid, file, executable), named);
    if (elf === null) continue;
    const address = elf.symbols.get(RUNTIME_SYMBOL) ?? elf.sections.get(RUNTIME_SECTION);
    if (address !== undefined) return describe(file, elf, address, memory);
    if (ENTRY_SYMBOLS.some((symbol) => elf.imports.has(symbol))) importsPython = true;
    else if (named && ENTRY_SYMBOLS.some((symbol) => elf.symbols.has(symbol)))
      return { kind: 'unsupported', reason: 'its CPython is older than 3.7' };
  }
  return { kind: importsPython ? 'notReady' : 'notPython' };
}

function readMapped(path: string, named: boolean): Elf | null {
  try {
    return readElf(path, WANTED, named);
  } catch (error) {
    // A file of an own mount that is gone, or a deleted library whose map we may not open.
    if (isMissing(error) || isRefused(error)) return null;
    throw error;
  }
}

function describe(file: Mapped, elf: Elf, address: number, memory: ProcessMemory): Location {
  const bias = elf.relocatable ? file.start - elf.linkBase : 0;
  const runtime = address + bias;
  if (elf.symbols.has(DEBUG_SYMBOL))
    return { kind: 'unsupported', reason: 'it is a debug build of CPython, whose structs differ' };
  const freeThreaded = /python3\.\d+t/.test(baseName(file.path));
  if (freeThreaded) return { kind: 'unsupported', reason: 'it is a free-threaded build of CPython' };

  const versionAddress = elf.symbols.get(VERSION_SYMBOL);
  if (versionAddress !== undefined) {
    // The loader maps a library before it has relocated it; the constant itself is there from the start.
    if (!memory.read(versionAddress + bias, 4, OBJECT_AT))
      return memory.gone ? { kind: 'gone' } : { kind: 'notReady' };
    const version = memory.u32[OBJECT_AT >> 2] as number;
    if (version >>> 24 !== 3)
      return {
        kind: 'unsupported',
        reason: `its version word, 0x${version.toString(16)}, is not one of CPython 3`,
      };
    return { kind: 'found', runtime, minor: (version >>> 16) & 0xff, version, file: file.path };
  }
  const dated = DATING_SYMBOLS.find(([symbol]) => elf.symbols.has(symbol));
  const minor = dated?.[1] ?? namedMinor(file.path);
  if (minor === undefined) return { kind: 'unsupported', reason: 'its version of CPython is not known' };
  return { kind: 'found', runtime, minor, version: 0, file: file.path };
}

function namedMinor(path: string): number | undefined {
  const match = /python3\.(\d+)/.exec(baseName(path));
  return match === null ? undefined : Number(match[1]);
}

const errorCode = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;

export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ESRCH';
}

export function isRefused(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'EACCES' || code === 'EPERM';
}
