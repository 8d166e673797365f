import { newTask, type TaskRow } from '../../analyzer/collect/newTask.ts';
import {
  DIRECTIONS,
  emptyTables,
  type FrameId,
  Interner,
  type Recording,
  RUNNING,
  SCHEMAS,
  TableBuilder,
  type Tables,
  WAITING,
  WAITS,
  WITHOUT_DEVICE,
} from '../../analyzer/model/index.ts';
import { HOSTILE, syntheticMeta } from './syntheticRecording.ts';

export const START = 5_000_000_000_000;
export const MS = 1e6;

/** A task of which no times are known, and that carries nothing. */
export const NO_TASK: TaskRow = {
  ...newTask(0, 0),
  bytesOut: 0,
  bytesBack: 0,
  packOut: 0,
  unpackOut: 0,
  packBack: 0,
  unpackBack: 0,
};

/** `tables` with other tasks; times from the recording's start. */
export function withTasks(tables: Tables, rows: readonly Partial<TaskRow>[]): Tables {
  const builder = new TableBuilder(SCHEMAS.tasks);
  const shift = (time: number | undefined): number => (time === undefined || time < 0 ? -1 : START + time);
  for (const row of rows)
    builder.push({
      ...NO_TASK,
      lane: 1,
      ...row,
      submit: shift(row.submit),
      dequeue: shift(row.dequeue),
      start: shift(row.start),
      end: shift(row.end),
      returned: shift(row.returned),
    });
  return { ...tables, tasks: builder.finish() };
}

export interface TaskRecordingOptions {
  readonly workers?: number;
  /** Tasks of each function of the process pool. */
  readonly tasks?: number;
  readonly hostile?: boolean;
}

/**
 * A program with everything that is seen of pools: a pool of processes that maps `solve` and `merge`, with an exception
 * and a task that was lost with its worker; a pool of threads whose threads wait for a lock; messages; a pool without
 * tasks. All times are the same on every machine. Lane 0 submits, lanes 1 to `workers` work, the next two are threads.
 */
export function taskRecording({
  workers = 4,
  tasks = 60,
  hostile = false,
}: TaskRecordingOptions = {}): Recording {
  const interner = new Interner();
  const file = hostile ? `/home/ada/${HOSTILE[0]}` : '/home/ada/project/tiles.py';
  const frame = (name: string, line: number, defined: number): FrameId =>
    interner.frame(name, file, line, defined, 'python');
  const main = interner.stack(-1, frame('<module>', 3, 1));
  const submits = interner.stack(main, frame('run_all', 42, 30));
  const solve = frame(hostile ? HOSTILE[0] : 'solve_tile', 10, 10);
  const merge = interner.frame(hostile ? HOSTILE[3] : 'merge', '/home/ada/project/mesh.py', 70, 70, 'python');
  const fetch = frame(hostile ? HOSTILE[5] : 'fetch', 80, 80);
  const solving = interner.stack(main, solve);
  const holding = interner.stack(interner.stack(main, fetch), frame('update_cache', 88, 86));
  const exception = interner.string(hostile ? HOSTILE[1] : 'ValueError');

  const lanes = new TableBuilder(SCHEMAS.lanes);
  const processes = new TableBuilder(SCHEMAS.processes);
  const samples = new TableBuilder(SCHEMAS.samples);
  const taskRows = new TableBuilder(SCHEMAS.tasks);
  const length = 400 * MS + Math.ceil((2 * tasks) / workers) * 60 * MS;
  const addLane = (process: number, thread: number, name: string, role: number): number =>
    lanes.push({
      id: lanes.length,
      kind: 0,
      role,
      process,
      thread,
      name,
      start: START,
      end: START + length,
      cpu: -1,
    });
  const addProcess = (process: number, name: string): void => {
    processes.push({
      process,
      parent: process === 800 ? 0 : 800,
      start: START,
      end: START + length,
      name,
      command: 'python tiles.py',
      runtime: 'CPython 3.12.1',
    });
  };
  addProcess(800, 'tiles.py');
  addLane(800, 800, 'MainThread', 0);
  for (let i = 0; i < workers; i++) {
    addProcess(801 + i, hostile && i === 0 ? HOSTILE[1] : `ForkPoolWorker-${i + 1}`);
    addLane(801 + i, 801 + i, 'MainThread', 1);
  }
  const threads = [0, 1].map((i) => addLane(800, 900 + i, `fetcher_${i}`, 1));

  const free = new Float64Array(workers).fill(150 * MS);
  for (let i = 0; i < 2 * tasks; i++) {
    const worker = i % workers;
    const isMerge = i >= tasks;
    const run = (isMerge ? 12 + (i % 5) * 3 : 30 + (i % 7) * 4) * MS;
    const dequeue = (free[worker] as number) + 0.4 * MS;
    const start = dequeue + (isMerge ? 6 : 2) * MS;
    const end = start + run;
    const packBack = (isMerge ? 1 : 4) * MS;
    const isLost = i === tasks - 1;
    free[worker] = end + packBack + 1 * MS;
    taskRows.push({
      ...NO_TASK,
      job: Number(isMerge),
      function: isMerge ? merge : solve,
      stack: submits,
      lane: 1 + worker,
      from: 0,
      submit: START + (isMerge ? 140 + i / 100 : 100 + i / 100) * MS,
      dequeue: START + dequeue,
      start: START + start,
      end: isLost ? -1 : START + end,
      returned: isLost ? -1 : START + end + packBack + 2 * MS,
      items: isMerge ? 1 : 8,
      bytesOut: isMerge ? 4e6 : 250e3,
      bytesBack: isLost ? -1 : 80e3,
      packOut: 1 * MS,
      unpackOut: start - dequeue,
      packBack: isLost ? -1 : packBack,
      unpackBack: isLost ? -1 : 0.5 * MS,
      repeats: isMerge ? 92 : 10,
      exception: i === 5 ? exception : -1,
    });
  }
  for (let i = 0; i < 12; i++) {
    const start = START + (200 + i * 40) * MS;
    taskRows.push({
      ...NO_TASK,
      pool: 1,
      job: 9,
      function: fetch,
      stack: submits,
      lane: threads[i % 2] as number,
      from: 0,
      submit: START + 190 * MS,
      dequeue: start,
      start,
      end: start + 35 * MS,
      returned: start + 36 * MS,
    });
  }

  for (let i = 0; i * 10 * MS < length; i++)
    for (let lane = 0; lane < lanes.length; lane++) {
      const waits = lane === 0 || (lane > workers && i % 3 === 0);
      samples.push({
        lane,
        time: START + Math.min(length, (i + 1) * 10 * MS),
        cpu: waits ? 0 : 9 * MS,
        ready: 0,
        stack: lane === 0 ? submits : lane > workers ? holding : solving,
        count: 1,
        state: waits ? WAITING : RUNNING,
        wait: WAITS.indexOf(waits ? 'lock' : 'none'),
        flags: 0,
      });
    }

  const pools = new TableBuilder(SCHEMAS.pools);
  const pool = {
    process: 800,
    submitted: 0,
    completed: 0,
    stack: submits,
    start: START + 20 * MS,
    ready: START + 95 * MS,
  };
  const stop = START + length - 120 * MS;
  const end = START + length - 30 * MS;
  const kind = hostile ? HOSTILE[0] : 'multiprocessing.Pool';
  pools.push({ ...pool, id: 0, kind, stop, end, size: workers, startMethod: 'fork' });
  pools.push({
    ...pool,
    id: 1,
    kind: 'ThreadPoolExecutor',
    stop: -1,
    end: -1,
    size: 2,
    startMethod: 'thread',
  });

  const lockWaits = new TableBuilder(SCHEMAS.lockWaits);
  for (let i = 0; i < 6; i++) {
    const [waiter, holder] = [threads[i % 2], threads[(i + 1) % 2]] as [number, number];
    const start = START + (210 + i * 60) * MS;
    lockWaits.push({
      lane: waiter,
      start,
      end: start + 20 * MS,
      lock: 3,
      stack: solving,
      holder,
      holderStack: holding,
    });
  }
  const transfers = new TableBuilder(SCHEMAS.transfers);
  for (let i = 0; i < 5; i++) {
    const start = START + (160 + i * 70) * MS;
    transfers.push({
      lane: 1,
      direction: DIRECTIONS.indexOf('message'),
      start,
      end: start + 1 * MS,
      bytes: 1.5e6,
      stack: solving,
      toLane: 0,
      estimated: 0,
      ...WITHOUT_DEVICE,
      toStart: start + 8 * MS,
      toEnd: start + 9 * MS,
      weight: 1,
    });
  }
  return {
    meta: syntheticMeta(length, { command: ['python', 'tiles.py'] }),
    tables: {
      ...emptyTables(),
      ...interner.drain(),
      lanes: lanes.finish(),
      processes: processes.finish(),
      samples: samples.finish(),
      pools: pools.finish(),
      tasks: taskRows.finish(),
      lockWaits: lockWaits.finish(),
      transfers: transfers.finish(),
    },
  };
}
