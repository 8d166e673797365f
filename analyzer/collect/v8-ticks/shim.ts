import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { UserError } from '../../model/index.ts';
import { isNode } from '../nodeCommand.ts';

const PROBE_MS = 10_000;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * Writes a `node` for PATH into `folder`: the next one in PATH, with the flags in front of its arguments. NODE_OPTIONS would be
 * simpler, and may not hold them. Throws a UserError when the folder cannot stand in PATH.
 */
export function writeShim(folder: string, flags: readonly string[]): void {
  if (folder.includes(delimiter))
    throw new UserError(
      `V8's ticks cannot be logged under ${folder}: PATH cannot hold a folder with "${delimiter}" in its name. Set TMPDIR to another one.`,
    );
  mkdirSync(folder, { mode: 0o700 });
  const script = `#!/bin/sh
# perfscope: the next node in PATH, with V8's log of ticks.
set -f
own=${quoted(folder)}
IFS=:
for place in $PATH; do
  [ "$place" = "$own" ] && continue
  next="\${place:-.}/node"
  [ -f "$next" ] && [ -x "$next" ] && exec "$next" ${flags.map(quoted).join(' ')} "$@"
done
echo "node: not found" >&2
exit 127
`;
  writeFileSync(join(folder, 'node'), script, { mode: 0o700 });
}

/**
 * Rejects with a UserError when the Node that the command will run does not take the flags: a program must not fail for them.
 * What is no Node, or not there, is for the run itself to find.
 */
export function checkFlags(command: readonly string[], flags: readonly string[]): Promise<void> {
  const [program = ''] = command;
  const node = isNode(program) ? program : 'node';
  const env = { ...process.env, NODE_OPTIONS: '' };
  return new Promise((resolve, reject) => {
    execFile(node, [...flags, '-e', '0'], { env, timeout: PROBE_MS }, (error, _out, complaint) => {
      const isThere = (error as NodeJS.ErrnoException | null)?.code !== 'ENOENT';
      if (error === null || !isThere) resolve();
      else {
        const why = complaint.trim().split('\n').at(-1) || error.message;
        reject(new UserError(`${node} cannot log V8's ticks: ${why}. Record without --engine v8-ticks.`, 1));
      }
    });
  });
}
