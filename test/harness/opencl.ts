import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '@jest/globals';
import { emptyBatch } from '../../analyzer/collect/collector.ts';
import { compiledAgent } from '../../analyzer/collect/compiledAgent.ts';
import { NearestStacks } from '../../analyzer/collect/gpu/nearestStack.ts';
import { Numbering, RecordingCounts } from '../../analyzer/collect/numbering.ts';
import { openClEnvironment } from '../../analyzer/collect/opencl/index.ts';
import { OpenClRows } from '../../analyzer/collect/opencl/rows.ts';
import { type LogHealth, OpenClTail } from '../../analyzer/collect/opencl/tail.ts';
import { DIRECTIONS, KERNEL_KINDS, type Tables } from '../../analyzer/model/index.ts';
import { validateTables } from '../../analyzer/recording/validate.ts';
import { type Ended, PYTHON, ROOT, run, temporaryFolder } from './perfscope.ts';

export const LAYER = join(ROOT, 'analyzer/agents/opencl');
const PROGRAMS = join(ROOT, 'fixtures/workloads/opencl');

const hasProgram = (name: string): boolean => spawnSync(name, ['--version']).status === 0;

/** Why programs of OpenCL cannot be built and run here; null when they can. */
export const withoutOpenCl: string | null = !existsSync('/usr/include/CL/cl.h')
  ? 'there are no headers of OpenCL'
  : !hasProgram('cc')
    ? 'there is no C compiler'
    : existsSync('/etc/OpenCL/vendors') && readdirSync('/etc/OpenCL/vendors').length > 0
      ? null
      : 'there is no OpenCL driver';

const withoutPyOpenCl =
  withoutOpenCl ??
  (spawnSync(PYTHON, ['-c', 'import pyopencl']).status === 0 ? null : `${PYTHON} has no pyopencl`);

type Test = () => void | Promise<void>;
const testWith = (missing: string | null, sentence: string, body: Test): void => {
  if (missing === null) test(sentence, body);
  else test.skip(`${sentence} (skipped: ${missing})`, () => {});
};

/** A test that needs a C compiler and no OpenCL. */
export const testCompiling = (sentence: string, body: Test, compiler = 'cc'): void =>
  testWith(hasProgram(compiler) ? null : `there is no ${compiler}`, sentence, body);
/** A test that builds and runs a program of OpenCL. */
export const testOpenCl = (sentence: string, body: Test): void => testWith(withoutOpenCl, sentence, body);
/** A test that runs one of Python. */
export const testPyOpenCl = (sentence: string, body: Test): void => testWith(withoutPyOpenCl, sentence, body);

/** Builds one of the programs of fixtures/workloads/opencl into a folder; gives its path. */
export function openClProgram(folder: string, name: string, flags: readonly string[] = []): string {
  const path = join(folder, name);
  const source = join(PROGRAMS, `${name}.c`);
  execFileSync('cc', ['-O1', '-g', '-w', ...flags, '-o', path, source, '-lOpenCL', '-lpthread']);
  return path;
}

/** Compiles the layer with flags of a test's own; gives its path. */
export function layerWith(folder: string, flags: readonly string[], compiler = 'cc'): string {
  const path = join(folder, `layer-${Math.random().toString(36).slice(2)}.so`);
  const sources = readdirSync(LAYER).filter((name) => name.endsWith('.c'));
  const files = sources.map((name) => join(LAYER, name));
  const common = ['-std=gnu11', '-fPIC', '-shared', '-fvisibility=hidden', '-Wl,-z,nodelete'];
  execFileSync(compiler, [...common, ...flags, '-o', path, ...files, '-lpthread', '-ldl'], { stdio: 'pipe' });
  return path;
}

const folder = temporaryFolder();
export const removeOpenClFolders = folder.remove;
let runs = 0;

export interface OpenClRun {
  readonly ended: Ended;
  /** The folder that holds the logs. */
  readonly records: string;
  readonly tables: Tables;
  readonly health: LogHealth;
}

interface LayerOptions {
  readonly layer?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/** Runs a command with the layer, and joins what its processes left. */
export async function runWithLayer(
  command: readonly string[],
  options: LayerOptions = {},
): Promise<OpenClRun> {
  const records = join(folder.path, `run-${runs++}`);
  execFileSync('mkdir', [records]);
  const compiled = options.layer ?? (await compiledAgent(LAYER, 'opencl', join(folder.path, 'cache'))).path;
  if (compiled === null) throw new Error('the layer was not compiled');
  const [program = '', ...args] = command;
  const own = { ...process.env, ...options.environment };
  const environment = { ...own, ...openClEnvironment(own, compiled, records) };
  const ended = await run(program, args, { environment });
  return { ended, records, ...joined(records) };
}

/** What the logs of a folder come to, as tables that refer to each other correctly. */
export function joined(records: string): { tables: Tables; health: LogHealth } {
  const rows = new OpenClRows(new NearestStacks());
  const tail = new OpenClTail(records, rows, null);
  while (tail.poll());
  tail.finish();
  const batch = rows.drain(Number.POSITIVE_INFINITY) ?? emptyBatch(rows.interner.drain());
  const tables = new Numbering(new RecordingCounts()).apply(batch);
  validateTables(tables);
  return { tables, health: tail.health() };
}

/** The logs of a folder by name, without the unwritten rest of their files. */
export function logsOf(records: string): Map<string, Buffer> {
  const names = readdirSync(records).filter((name) => name.endsWith('.opencl'));
  return new Map(
    names.map((name) => {
      const bytes = readFileSync(join(records, name));
      let end = bytes.length;
      while (end > 0 && bytes[end - 1] === 0) end--;
      return [name, bytes.subarray(0, end)];
    }),
  );
}

/** Bytes that a run moved each way. */
export function bytesByDirection({ transfers }: Tables): Record<string, number> {
  const bytes: Record<string, number> = {};
  for (let i = 0; i < transfers.length; i++) {
    const direction = DIRECTIONS[transfers.direction[i] as number] as string;
    bytes[direction] = (bytes[direction] ?? 0) + (transfers.bytes[i] as number);
  }
  return bytes;
}

/** How often each kernel, fill and marker ran: `kind name`. */
export function kernelCounts({ kernels, strings }: Tables): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < kernels.length; i++) {
    const kind = KERNEL_KINDS[kernels.kind[i] as number];
    const name = `${kind} ${strings.value[kernels.name[i] as number]}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Functions of a stack, innermost first. */
export function stackNames({ stacks, frames, strings }: Tables, stack: number): string[] {
  const names: string[] = [];
  for (let at = stack; at >= 0; at = stacks.parent[at] as number) {
    const frame = stacks.frame[at] as number;
    names.push(strings.value[frames.name[frame] as number] as string);
  }
  return names;
}
