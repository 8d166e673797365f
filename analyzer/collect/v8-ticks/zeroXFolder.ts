import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type CollectorHealth,
  deoptsSchema,
  emptyTables,
  framesSchema,
  functionTiersSchema,
  Interner,
  LANE_KINDS,
  LANE_ROLES,
  lanesSchema,
  nanos,
  type Recording,
  RUNNING,
  samplesSchema,
  stacksSchema,
  stringsSchema,
  TableBuilder,
  UNKNOWN_HOST,
  UserError,
} from '../../model/index.ts';
import { FORMAT_VERSION } from '../../recording/index.ts';
import type { Batch } from '../collector.ts';
import { IsolateRows } from './isolate.ts';
import { decodeLog, type IsolateLog } from './log.ts';
import { type ProcessedLog, parseProcessed, processedOfTicks } from './processed.ts';

/** Nanos between ticks: 0x leaves V8 its default. */
const INTERVAL = 1e6;
const LARGEST_FILE = 512 << 20;
/** What 0x keeps of each isolate beside V8's log: the processed log. */
const PROCESSED = /^isolate-.*-(\d+)-v8\.log\.json$/;
/** With `--write-ticks`: stacks without times. */
const TICKS = 'ticks.json';
const NO_LOG: IsolateLog = { owner: null, deopts: [], damaged: 0 };

/** Whether a folder is one that 0x has written. */
export const isZeroXFolder = (path: string): boolean =>
  readdirSync(path).some((name) => PROCESSED.test(name)) || existsSync(join(path, TICKS));

/**
 * Opens what the 0x tool has kept of a run (github.com/davidmarkclements/0x): a lane for each isolate, whose samples weigh the time
 * between V8's ticks. CPU time is not known. Throws a UserError (exit code 3) with the reason.
 */
export function openZeroXFolder(path: string, producer: string): Recording {
  const rows = new IsolateRows(new Interner(), '', INTERVAL);
  const tables = new FolderTables();
  for (const { pid, log, processed } of isolatesOf(path))
    tables.add(
      pid,
      rows.batch({ pid, tid: pid, node: '', origin: INTERVAL }, log, processed),
      log,
      processed,
    );
  return tables.recording(path, producer);
}

function* isolatesOf(path: string): Generator<{ pid: number; log: IsolateLog; processed: ProcessedLog }> {
  const names = readdirSync(path).filter((name) => PROCESSED.test(name));
  for (const name of names.sort()) {
    const raw = join(path, name.slice(0, -'.json'.length));
    const log = existsSync(raw) ? decodeLog(textOf(raw)) : NO_LOG;
    const processed = parsed(join(path, name), parseProcessed);
    yield { pid: Number(PROCESSED.exec(name)?.[1]), log, processed };
  }
  if (names.length === 0)
    yield { pid: 1, log: NO_LOG, processed: parsed(join(path, TICKS), processedOfTicks) };
}

function parsed<T>(path: string, parse: (value: unknown) => T): T {
  try {
    return parse(JSON.parse(textOf(path)));
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`${path} is damaged: ${cause instanceof Error ? cause.message : cause}.`, 3, {
      cause,
    });
  }
}

function textOf(path: string): string {
  const status = statSync(path);
  if (!status.isFile()) throw new UserError(`${path} is not a file.`, 3);
  if (status.size > LARGEST_FILE) throw new UserError(`${path} has more than ${LARGEST_FILE >> 20} MB.`, 3);
  return readFileSync(path, 'utf8');
}

/** The tables of a recording, from the batches of its isolates. */
class FolderTables {
  private readonly strings = new TableBuilder(stringsSchema);
  private readonly frames = new TableBuilder(framesSchema);
  private readonly stacks = new TableBuilder(stacksSchema);
  private readonly lanes = new TableBuilder(lanesSchema);
  private readonly samples = new TableBuilder(samplesSchema, 1024);
  private readonly functionTiers = new TableBuilder(functionTiersSchema);
  private readonly deopts = new TableBuilder(deoptsSchema);
  private ticks = 0;
  private damaged = 0;
  private end = 0;

  add(pid: number, batch: Batch, log: IsolateLog, processed: ProcessedLog): void {
    const { interned, inside } = batch;
    this.strings.append(interned.strings);
    this.frames.append(interned.frames);
    this.stacks.append(interned.stacks);
    this.functionTiers.append(batch.functionTiers);
    this.deopts.append(batch.deopts);
    const lane = this.lanes.length;
    const [start = 0, end = start] = [inside.start[0], inside.end.at(-1)];
    this.lanes.push({
      id: lane,
      kind: LANE_KINDS.indexOf('thread'),
      role: LANE_ROLES.indexOf(lane === 0 ? 'main' : 'worker'),
      process: pid,
      thread: pid,
      name: `isolate ${lane + 1}`,
      start,
      end,
      cpu: -1,
    });
    const row = { lane, cpu: 0, ready: 0, count: 1, state: RUNNING, wait: 0, flags: 0 };
    for (let i = 0; i < inside.length; i++)
      this.samples.push({ ...row, time: inside.end[i] as number, stack: inside.stack[i] as number });
    this.ticks += processed.ticks.length;
    this.damaged += log.damaged + processed.damaged;
    this.end = Math.max(this.end, end);
  }

  recording(path: string, producer: string): Recording {
    const { command, directory } = commandOf(path);
    return {
      meta: {
        format: 'perfscope',
        version: FORMAT_VERSION,
        producer,
        command,
        directory,
        exitCode: null,
        signal: null,
        origin: 'import',
        mode: 'wall',
        clock: {
          start: nanos(0),
          end: nanos(this.end),
          startEpochMs: Math.max(0, statSync(path).mtimeMs - this.end / 1e6),
        },
        kernelCpuSeconds: null,
        ownCpuSeconds: 0,
        host: UNKNOWN_HOST,
        collectors: [this.health()],
        complete: true,
        warnings: [
          'Read from a folder of 0x: time is what passed between ticks of V8, about 1 ms each, and the CPU time is not known. 0x looks at the main thread only.',
        ],
      },
      tables: {
        ...emptyTables(),
        strings: this.strings.finish(),
        frames: this.frames.finish(),
        stacks: this.stacks.finish(),
        lanes: this.lanes.finish(),
        samples: this.samples.finish(),
        functionTiers: this.functionTiers.finish(),
        deopts: this.deopts.finish(),
      },
    };
  }

  private health(): CollectorHealth {
    return {
      id: 'v8-ticks',
      status: this.damaged > 0 ? 'partial' : 'ok',
      requestedHz: 1e9 / INTERVAL,
      achievedHz: null,
      samples: this.ticks,
      missed: 0,
      dropped: this.damaged,
      torn: 0,
      figures: { logs: this.lanes.length, ticks: this.ticks, damagedLines: this.damaged },
      warnings: [],
    };
  }
}

/** What 0x says that it ran; its `meta.json` may be missing or say anything. */
function commandOf(path: string): { command: string[]; directory: string } {
  const meta: Record<string, unknown> = {};
  try {
    Object.assign(meta, JSON.parse(textOf(join(path, 'meta.json'))));
  } catch {
    // The name of the folder has to do.
  }
  const { argv, workingDir } = meta;
  const words = Array.isArray(argv) ? argv.filter((word): word is string => typeof word === 'string') : [];
  return {
    command: words.length > 0 ? ['node', ...words] : [basename(path)],
    directory: typeof workingDir === 'string' ? workingDir : '',
  };
}
