import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** What is needed of an ELF file (64-bit, little-endian) to find a symbol in a process that has it mapped. */
export interface Elf {
  /** Linked to be loaded anywhere; otherwise its addresses are the process's. */
  readonly relocatable: boolean;
  /** Address minus file offset of the first loadable segment. */
  readonly linkBase: number;
  /** Value by name, of the wanted symbols that the file defines. */
  readonly symbols: ReadonlyMap<string, number>;
  /** The wanted symbols that it takes from another file. */
  readonly imports: ReadonlySet<string>;
  /** Address by name. */
  readonly sections: ReadonlyMap<string, number>;
}

/** Larger tables are not read: a file is hostile or damaged until it has been checked. libpython's are under 2 MiB. */
const MAX_TABLE_BYTES = 64 << 20;
const HEADER_BYTES = 64;
const SECTION_BYTES = 64;
const SEGMENT_BYTES = 56;
const SYMBOL_BYTES = 24;
const DYNAMIC_LIBRARY = 3;
const PT_LOAD = 1;
const SYMBOL_TABLE = 2;
const DYNAMIC_SYMBOL_TABLE = 11;

class Malformed extends Error {}

interface Section {
  readonly name: number;
  readonly type: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

const u64 = (bytes: Buffer, at: number): number =>
  bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;

function readTable(file: number, offset: number, size: number): Buffer {
  if (size > MAX_TABLE_BYTES || offset + size > fstatSync(file).size) throw new Malformed();
  const bytes = Buffer.allocUnsafe(size);
  for (let got = 0; got < size; ) {
    const count = readSync(file, bytes, got, size - got, offset + got);
    if (count === 0) throw new Malformed();
    got += count;
  }
  return bytes;
}

function readSections(file: number, header: Buffer): Section[] {
  const count = header.readUInt16LE(60);
  if (count === 0) return [];
  if (header.readUInt16LE(58) !== SECTION_BYTES) throw new Malformed();
  const table = readTable(file, u64(header, 40), count * SECTION_BYTES);
  return Array.from({ length: count }, (_, i) => {
    const at = i * SECTION_BYTES;
    return {
      name: table.readUInt32LE(at),
      type: table.readUInt32LE(at + 4),
      address: u64(table, at + 16),
      offset: u64(table, at + 24),
      size: u64(table, at + 32),
      link: table.readUInt32LE(at + 40),
    };
  });
}

function readLinkBase(file: number, header: Buffer): number {
  const count = header.readUInt16LE(56);
  if (count === 0 || header.readUInt16LE(54) !== SEGMENT_BYTES) throw new Malformed();
  const table = readTable(file, u64(header, 32), count * SEGMENT_BYTES);
  for (let at = 0; at < table.length; at += SEGMENT_BYTES)
    if (table.readUInt32LE(at) === PT_LOAD) return u64(table, at + 16) - u64(table, at + 8);
  throw new Malformed();
}

/** Every wanted name whose string starts at `at`; strings share tails, so a name is compared with its end. */
function nameAt(strings: Buffer, at: number, wanted: readonly string[]): string | undefined {
  return wanted.find((name) => {
    const end = at + name.length;
    return end < strings.length && strings[end] === 0 && strings.toString('latin1', at, end) === name;
  });
}

function readSymbols(
  file: number,
  sections: readonly Section[],
  type: number,
  wanted: readonly string[],
  symbols: Map<string, number>,
  imports: Set<string>,
): void {
  const initials = new Set(wanted.map((name) => name.charCodeAt(0)));
  for (const section of sections) {
    const stringSection = sections[section.link];
    if (section.type !== type || stringSection === undefined) continue;
    const table = readTable(file, section.offset, section.size);
    const strings = readTable(file, stringSection.offset, stringSection.size);
    for (let at = 0; at + SYMBOL_BYTES <= table.length; at += SYMBOL_BYTES) {
      const start = table.readUInt32LE(at);
      const initial = strings[start];
      if (initial === undefined || !initials.has(initial)) continue;
      const name = nameAt(strings, start, wanted);
      if (name === undefined) continue;
      if (table.readUInt16LE(at + 6) === 0) imports.add(name);
      else symbols.set(name, u64(table, at + 8));
    }
  }
}

function readOpenElf(file: number, wanted: readonly string[], withLocal: boolean): Elf | null {
  const header = readTable(file, 0, HEADER_BYTES);
  if (header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1) return null;
  const sections = readSections(file, header);
  const names = sections[header.readUInt16LE(62)];
  const strings = names === undefined ? Buffer.alloc(0) : readTable(file, names.offset, names.size);
  const addresses = new Map<string, number>();
  for (const section of sections) {
    const end = strings.indexOf(0, section.name);
    if (end > section.name) addresses.set(strings.toString('latin1', section.name, end), section.address);
  }
  const symbols = new Map<string, number>();
  const imports = new Set<string>();
  readSymbols(file, sections, DYNAMIC_SYMBOL_TABLE, wanted, symbols, imports);
  if (withLocal && symbols.size === 0)
    readSymbols(file, sections, SYMBOL_TABLE, wanted, symbols, new Set<string>());
  return {
    relocatable: header.readUInt16LE(16) === DYNAMIC_LIBRARY,
    linkBase: readLinkBase(file, header),
    symbols,
    imports,
    sections: addresses,
  };
}

/** Parsed files, by what identifies their content. A parse takes 8 ms, and every process of a pool needs the same. */
const cache = new Map<string, Elf | null>();
const CACHE_ENTRIES = 256;

/**
 * Reads the ELF file at `path`; null when it is not one, is damaged or is not of this machine's kind. `withLocal`: when the
 * file exports none of the wanted symbols, look among the local ones too, which takes long for a large program. Throws
 * the error of `open` when there is no such file.
 */
export function readElf(path: string, wanted: readonly string[], withLocal: boolean): Elf | null {
  const file = openSync(path, 'r');
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return null;
    const key = `${stat.dev}:${stat.ino}:${stat.mtimeMs}:${withLocal}:${wanted.join()}`;
    let elf = cache.get(key);
    if (elf === undefined) {
      elf = readGuarded(file, wanted, withLocal);
      if (cache.size >= CACHE_ENTRIES) cache.clear();
      cache.set(key, elf);
    }
    return elf;
  } finally {
    closeSync(file);
  }
}

function readGuarded(file: number, wanted: readonly string[], withLocal: boolean): Elf | null {
  try {
    return readOpenElf(file, wanted, withLocal);
  } catch (error) {
    if (error instanceof Malformed || error instanceof RangeError) return null;
    throw error;
  }
}
