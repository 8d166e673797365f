import { baseName } from '../analysis/baseName.ts';
import { type Recording, UserError } from '../model/index.ts';
import { headOf, unpacked } from './bytes.ts';
import { chromeTrace } from './chromeTrace/read.ts';
import { collapsed } from './collapsed/read.ts';
import { cpuProfile } from './cpuProfile/read.ts';
import { firefox } from './firefox/read.ts';
import type { Format, Source } from './format.ts';
import { pprof } from './pprof/read.ts';
import { pstats } from './pstats/read.ts';
import { speedscope } from './speedscope/read.ts';
import { torchTrace } from './torchTrace/index.ts';

/** Formats of other tools that recordings are read from; the first that detects a file reads it, so the stricter stand first. */
export const FORMATS: readonly Format[] = [
  pstats,
  pprof,
  speedscope,
  cpuProfile,
  firefox,
  torchTrace,
  chromeTrace,
  collapsed,
];

/**
 * The format of a file and the file as that reads it, unpacked; null where it is of none. `bytes` may be asked for more than once. Throws a
 * UserError (exit code 3) where the file cannot be unpacked.
 */
export async function formatOf(
  name: string,
  bytes: () => AsyncIterable<Uint8Array>,
): Promise<{ readonly format: Format; readonly source: Source } | null> {
  const source = { name, bytes: () => unpacked(bytes(), name) };
  const head = await headOf(source.bytes());
  const format = FORMATS.find(({ detects }) => detects(head));
  return format ? { format, source } : null;
}

/** Reads a file of another tool's. Throws a UserError (exit code 3) with the reason. `producer`: version of perfscope. */
export async function importRecording(
  name: string,
  bytes: () => AsyncIterable<Uint8Array>,
  producer: string,
): Promise<Recording> {
  const found = await formatOf(name, bytes);
  if (found) {
    const { meta, tables } = await found.format.read(found.source, producer);
    // What does not say of which command it is has at least a name.
    return { meta: { ...meta, command: meta.command.length > 0 ? meta.command : [baseName(name)] }, tables };
  }
  throw new UserError(
    `${name} is not a perfscope recording, nor one of ${FORMATS.map(({ title }) => title).join(', ')}.`,
    3,
  );
}
