import { writeFileSync } from 'node:fs';
import { newTask } from '../../analyzer/collect/newTask.ts';
import {
  LANE_KINDS,
  LANE_ROLES,
  RUNNING,
  SCHEMAS,
  TableBuilder,
  WAITING,
  WAITS,
} from '../../analyzer/model/index.ts';
import { encodeRecording } from '../../analyzer/recording/index.ts';
import { deviceRun, START } from '../webview/syntheticDevices.ts';

/**
 * Writes the recording that `analysis.mjs` measures with: a training on a GPU beside a pool of workers, whose stacks are many and deep.
 * Half of the records of the device are kernels, half copies. A fifth of the samples are of the training's threads.
 */
const [output = '', size = ''] = process.argv.slice(2);
const rows = Number(size);
const WORKERS = 8;
const FUNCTIONS = 400;
const STACKS = 20_000;
const POOL_PROCESS = 800;

const { meta, tables } = deviceRun({ kernels: rows / 2, copies: rows / 2, samples: rows / 10, streams: 4 });
const length = meta.clock.end - meta.clock.start;
const grown = <N extends 'strings' | 'frames' | 'stacks' | 'lanes' | 'samples'>(name: N) => {
  const builder = new TableBuilder<(typeof SCHEMAS)[N]>(SCHEMAS[name], rows);
  builder.append(tables[name] as never);
  return builder;
};

const strings = grown('strings');
const frames = grown('frames');
const stacks = grown('stacks');
const text = (value: string) => strings.push({ value });
const files = Array.from({ length: 20 }, (_, i) =>
  text(i % 3 ? `/home/ada/project/part${i}.py` : `/usr/lib/python3/dist-packages/numpy/part${i}.py`),
);
const names = Array.from({ length: FUNCTIONS }, (_, i) => text(`function_${i}`));
/** A number below `limit` that looks like chance and is the same every time. */
const mixed = (seed: number, limit: number) =>
  ((Math.imul(seed + 1, 2654435761) >>> 0) ^ (seed << 7)) % limit;
const called = Array.from({ length: 4 * FUNCTIONS }, (_, i) => {
  const own = i % FUNCTIONS;
  return frames.push({
    name: names[own] as number,
    file: files[own % files.length] as number,
    line: 10 * own + 1 + (i % 7),
    functionLine: 10 * own,
    language: 0,
  });
});
const deep: number[] = [];
for (let i = 0; i < STACKS; i++) {
  const parent = i < 4 ? -1 : (deep[mixed(i, i)] as number);
  deep.push(stacks.push({ parent, frame: called[mixed(7 * i, called.length)] as number }));
}

const lanes = grown('lanes');
const workers = Array.from({ length: WORKERS }, (_, i) =>
  lanes.push({
    id: lanes.length,
    kind: LANE_KINDS.indexOf('thread'),
    role: LANE_ROLES.indexOf('worker'),
    process: POOL_PROCESS + 1 + i,
    thread: POOL_PROCESS + 1 + i,
    name: `ForkPoolWorker-${i + 1}`,
    start: START,
    end: START + length,
    cpu: -1,
  }),
);
const samples = grown('samples');
const perLane = Math.floor((0.8 * rows) / WORKERS);
for (let i = 0; i < perLane; i++)
  for (const lane of workers) {
    const isWaiting = mixed(i + lane, 10) < 2;
    samples.push({
      lane,
      time: START + Math.round(((i + 1) * length) / perLane),
      cpu: isWaiting ? 0 : Math.floor((0.95 * length) / perLane),
      ready: 0,
      stack: deep[mixed(31 * i + lane, STACKS)] as number,
      count: 1,
      state: isWaiting ? WAITING : RUNNING,
      wait: WAITS.indexOf(isWaiting ? 'lock' : 'none'),
      flags: 0,
    });
  }

const pools = new TableBuilder(SCHEMAS.pools);
pools.push({
  ...{ id: 0, kind: 'multiprocessing.Pool', process: POOL_PROCESS, size: WORKERS, startMethod: 'fork' },
  ...{ start: START, ready: START + 1e6, stop: START + length - 1e6, end: START + length },
  ...{ stack: deep[3] as number, submitted: rows, completed: rows },
});
const tasks = new TableBuilder(SCHEMAS.tasks, rows);
const step = length / (rows / WORKERS);
for (let i = 0; i < rows; i++) {
  const start = START + Math.floor(i / WORKERS) * step;
  const end = start + step * (0.3 + mixed(i, 50) / 100);
  tasks.push({
    ...newTask(0, Math.floor(i / 5000)),
    function: called[mixed(i, 4)] as number,
    stack: deep[5] as number,
    lane: workers[i % WORKERS] as number,
    from: 0,
    submit: START + Math.floor(i / 5000) * (5000 / WORKERS) * step,
    dequeue: start,
    start: start + 0.05 * step,
    end,
    returned: end + 0.1 * step,
    items: 1 + (i % 3),
    bytesOut: 2000 + mixed(i, 5000),
    bytesBack: 300,
    packOut: 0.02 * step,
    unpackOut: 0.02 * step,
    packBack: 0.01 * step,
    unpackBack: 0.01 * step,
    repeats: mixed(i, 100),
  });
}

writeFileSync(
  output,
  encodeRecording({
    meta,
    tables: {
      ...tables,
      strings: strings.finish(),
      frames: frames.finish(),
      stacks: stacks.finish(),
      lanes: lanes.finish(),
      samples: samples.finish(),
      pools: pools.finish(),
      tasks: tasks.finish(),
    },
  }),
);
