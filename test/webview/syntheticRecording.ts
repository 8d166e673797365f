import {
  emptyTables,
  GIL_WAIT,
  Interner,
  LANE_KINDS,
  LANE_ROLES,
  nanos,
  READY,
  type Recording,
  type RecordingMeta,
  RUNNING,
  SCHEMAS,
  type StackId,
  TableBuilder,
  type Tables,
  WAITING,
  WAITS,
  type Wait,
} from '../../analyzer/model/index.ts';
import { FORMAT_VERSION } from '../../analyzer/recording/index.ts';

/** Names that would be markup, scripts or another name if a view let them. */
export const HOSTILE = [
  '</script><img src=x onerror=document.title="owned">',
  '"><svg onload=alert(1)>',
  "'; alert(1) //",
  'back\u202ewards',
  'two\nlines',
  'wide 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字 and 🎉🎉🎉🎉🎉🎉',
  'x'.repeat(3000),
  '__proto__',
  'constructor',
] as const;

export interface SyntheticOptions {
  readonly processes?: number;
  readonly threads?: number;
  /** Rows of samples for each lane. */
  readonly rows?: number;
  /** Calls in the deepest stacks. */
  readonly depth?: number;
  readonly hostile?: boolean;
  readonly counters?: boolean;
  readonly meta?: Partial<RecordingMeta>;
}

const MS = 1e6;
const START = 5_000_000_000_000;

/** The same numbers on every machine. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

export function syntheticMeta(length: number, more: Partial<RecordingMeta> = {}): RecordingMeta {
  return {
    format: 'perfscope',
    version: FORMAT_VERSION,
    producer: '0.1.0',
    command: ['python', 'train.py', '--workers', '4'],
    directory: '/home/ada/project',
    exitCode: 0,
    signal: null,
    origin: 'record',
    mode: 'cpu',
    clock: { start: nanos(START), end: nanos(START + length), startEpochMs: 1_760_000_000_000 },
    kernelCpuSeconds: 3.2,
    ownCpuSeconds: (length / 1e9) * 0.012,
    host: {
      platform: 'linux',
      release: '6.1.0',
      arch: 'x64',
      cores: 8,
      memoryBytes: 32e9,
      cpu: 'Example CPU',
      physicalCores: 4,
      distribution: 'Debian GNU/Linux 12',
      gpus: [],
    },
    collectors: [
      {
        id: 'cpython',
        status: 'ok',
        requestedHz: 100,
        achievedHz: 99.7,
        samples: 1000,
        missed: 0,
        dropped: 0,
        torn: 0,
        figures: {},
        warnings: [],
      },
    ],
    complete: true,
    warnings: [],
    ...more,
  };
}

/** A run of several processes and threads in which everything that a view shows occurs. */
export function syntheticRecording(options: SyntheticOptions = {}): Recording {
  const { processes = 4, threads = 2, rows = 400, depth = 12, hostile = false, counters = true } = options;
  const rnd = random(7);
  const interner = new Interner();
  const stacks = makeStacks(interner, depth, hostile, rnd);
  const lanes = new TableBuilder(SCHEMAS.lanes);
  const processTable = new TableBuilder(SCHEMAS.processes);
  const samples = new TableBuilder(SCHEMAS.samples, processes * threads * rows);
  const period = 10 * MS;
  const length = rows * period;
  for (let process = 0; process < processes; process++) {
    processTable.push({
      process: 800 + process,
      parent: process === 0 ? 0 : 800,
      start: START,
      end: START + length,
      name:
        hostile && process === 1 ? (HOSTILE[0] as string) : process === 0 ? 'train.py' : `Worker-${process}`,
      command: 'python train.py',
      runtime: 'CPython 3.12.1',
    });
    for (let thread = 0; thread < threads; thread++) {
      const id = lanes.length;
      lanes.push({
        id,
        kind: LANE_KINDS.indexOf('thread'),
        role: LANE_ROLES.indexOf(id === 0 ? 'main' : thread === 0 ? 'worker' : 'helper'),
        process: 800 + process,
        thread: thread === 0 ? 800 + process : 900 + id,
        name: hostile && id === 1 ? (HOSTILE[1] as string) : thread === 0 ? 'MainThread' : `feeder ${thread}`,
        start: START,
        end: START + length,
        cpu: -1,
      });
    }
  }
  for (let i = 0; i < rows; i++) {
    for (let lane = 0; lane < lanes.length; lane++) samples.push(sample(lane, i, period, stacks, rnd));
  }
  const counterTable = new TableBuilder(SCHEMAS.counters);
  if (counters) addCounters(lanes, counterTable, length, rnd);
  const { strings, frames, stacks: stackTable } = interner.drain();
  const tables: Tables = {
    ...emptyTables(),
    strings,
    frames,
    stacks: stackTable,
    processes: processTable.finish(),
    lanes: lanes.finish(),
    samples: samples.finish(),
    counters: counterTable.finish(),
  };
  return { meta: syntheticMeta(length, options.meta), tables };
}

function sample(lane: number, i: number, period: number, stacks: readonly StackId[], rnd: () => number) {
  const phase = Math.floor(i / 25 + lane) % 8;
  const wait = (name: Wait): number => WAITS.indexOf(name);
  const [state, why, share] =
    phase < 4
      ? [RUNNING, wait('none'), 0.97]
      : phase === 4
        ? [READY, wait('none'), 0.2]
        : phase === 5
          ? [GIL_WAIT, wait('gil'), 0]
          : phase === 6
            ? [WAITING, wait('lock'), 0]
            : [WAITING, wait(lane % 2 === 0 ? 'pipe' : 'sleep'), 0];
  return {
    lane,
    time: START + (i + 1) * period,
    cpu: Math.round(period * share),
    ready: state === READY ? Math.round(period * 0.75) : 0,
    stack: stacks[Math.floor(rnd() ** 2 * stacks.length)] ?? -1,
    count: 1,
    state,
    wait: why,
    flags: 0,
  };
}

function makeStacks(interner: Interner, depth: number, hostile: boolean, rnd: () => number): StackId[] {
  const own = ['train_step', 'solve_tile', 'assemble', 'refine', 'objective', 'load_batch'];
  const library = ['concatenate', 'minimize', 'dot', 'tensordot'];
  const stacks: StackId[] = [];
  const main = interner.stack(-1, interner.frame('<module>', '/home/ada/project/train.py', 3, 1, 'python'));
  for (let i = 0; i < 60; i++) {
    let stack = main;
    const deep = 2 + Math.floor(rnd() * depth);
    for (let level = 0; level < deep; level++) {
      const pick = Math.floor(rnd() * 3);
      const name = (pick < 2 ? own : library)[Math.floor(rnd() * 4)] as string;
      const file =
        pick < 2
          ? `/home/ada/project/${pick === 0 ? 'train' : 'tiles'}.py`
          : '/usr/lib/python3/site-packages/numpy/core.py';
      const line = 10 + name.length;
      stack = interner.stack(stack, interner.frame(name, file, line + (i % 3), line, 'python'));
    }
    if (i % 4 === 0) stack = interner.stack(stack, interner.frame('cblas_dgemm', '', 0, 0, 'native'));
    const attack = hostile ? HOSTILE[i % HOSTILE.length] : undefined;
    if (attack) {
      const file = `/home/ada/${i % 2 === 0 ? HOSTILE[0] : 'plain.py'}`;
      stack = interner.stack(stack, interner.frame(attack, file, 1, 1, 'python'));
    }
    stacks.push(stack);
  }
  return stacks;
}

function addCounters(
  lanes: TableBuilder<typeof SCHEMAS.lanes>,
  counters: TableBuilder<typeof SCHEMAS.counters>,
  length: number,
  rnd: () => number,
): void {
  const names = ['core 0 load (%)', 'core 1 load (%)', 'memory used (B)', 'other processes (cores)'];
  for (const [i, name] of names.entries()) {
    const id = lanes.length;
    lanes.push({
      id,
      kind: LANE_KINDS.indexOf('counter'),
      role: LANE_ROLES.indexOf('device'),
      process: 0,
      thread: 0,
      name,
      start: START,
      end: START + length,
      cpu: -1,
    });
    for (let time = 0; time < length; time += 100 * MS) {
      const value = i < 2 ? 40 + rnd() * 60 : i === 2 ? 3e9 + (time / length) * 4e9 : rnd() * 0.4;
      counters.push({ lane: id, time: START + time, value });
    }
  }
}

/** A run with an exact answer: one lane, 100 ms in `work` on a CPU, then 300 ms in `rest` asleep, then 100 ms in `work`. */
export function exactRecording(): Recording {
  const interner = new Interner();
  const main = interner.stack(-1, interner.frame('main', '/home/ada/app.py', 1, 1, 'python'));
  const work = interner.stack(main, interner.frame('work', '/home/ada/app.py', 11, 10, 'python'));
  const rest = interner.stack(main, interner.frame('rest', '/home/ada/app.py', 21, 20, 'python'));
  const lanes = new TableBuilder(SCHEMAS.lanes);
  lanes.push({
    id: 0,
    kind: 0,
    role: 0,
    process: 7,
    thread: 7,
    name: 'MainThread',
    start: START,
    end: START + 500 * MS,
    cpu: 200 * MS,
  });
  const processes = new TableBuilder(SCHEMAS.processes);
  processes.push({
    process: 7,
    parent: 0,
    start: START,
    end: START + 500 * MS,
    name: 'MainProcess',
    command: 'python app.py',
    runtime: '',
  });
  const samples = new TableBuilder(SCHEMAS.samples);
  const row = { lane: 0, ready: 0, count: 10, flags: 0 };
  samples.push({ ...row, time: START + 100 * MS, cpu: 100 * MS, stack: work, state: RUNNING, wait: 0 });
  samples.push({
    ...row,
    time: START + 400 * MS,
    cpu: 0,
    stack: rest,
    state: WAITING,
    wait: WAITS.indexOf('sleep'),
  });
  samples.push({ ...row, time: START + 500 * MS, cpu: 100 * MS, stack: work, state: RUNNING, wait: 0 });
  return {
    meta: syntheticMeta(500 * MS, { command: ['python', 'app.py'] }),
    tables: {
      ...emptyTables(),
      ...interner.drain(),
      lanes: lanes.finish(),
      processes: processes.finish(),
      samples: samples.finish(),
    },
  };
}
