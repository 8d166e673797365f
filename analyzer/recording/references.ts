import type { TableName } from '../model/index.ts';

/** A table whose rows others point to. */
export type Target = 'strings' | 'frames' | 'stacks' | 'lanes' | 'pools' | 'devices';

/** Columns that hold rows of other tables; -1 stands for none where the column may be negative. The rows' own numbers are `NUMBERED`. */
export const REFERENCES: Readonly<Partial<Record<TableName, Readonly<Record<string, Target>>>>> = {
  samples: { lane: 'lanes', stack: 'stacks' },
  spans: { lane: 'lanes', name: 'strings', stack: 'stacks' },
  transfers: {
    lane: 'lanes',
    toLane: 'lanes',
    callLane: 'lanes',
    stack: 'stacks',
    device: 'devices',
    peer: 'devices',
    call: 'strings',
  },
  counters: { lane: 'lanes' },
  pools: { stack: 'stacks' },
  tasks: {
    pool: 'pools',
    function: 'frames',
    stack: 'stacks',
    lane: 'lanes',
    from: 'lanes',
    exception: 'strings',
  },
  lockWaits: { lane: 'lanes', stack: 'stacks', holder: 'lanes', holderStack: 'stacks' },
  functionTiers: { lane: 'lanes', function: 'frames' },
  deopts: { lane: 'lanes', function: 'frames', reason: 'strings', file: 'strings' },
  kernels: {
    lane: 'lanes',
    callLane: 'lanes',
    device: 'devices',
    name: 'strings',
    call: 'strings',
    stack: 'stacks',
  },
  operators: { lane: 'lanes', name: 'strings', forwardLane: 'lanes' },
};

/** Tables whose column `id` is the number of the row itself. */
export const NUMBERED = ['lanes', 'pools', 'devices'] as const satisfies readonly Target[];

/** Columns that hold instants on the clock of the recording; -1 stands for none. Lengths of time are not among them. */
export const INSTANTS: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  processes: ['start', 'end'],
  lanes: ['start', 'end'],
  samples: ['time'],
  spans: ['start', 'end'],
  transfers: ['start', 'end', 'toStart', 'toEnd', 'callStart', 'callEnd'],
  counters: ['time'],
  pools: ['start', 'ready', 'stop', 'end'],
  tasks: ['submit', 'dequeue', 'start', 'end', 'returned'],
  lockWaits: ['start', 'end'],
  deopts: ['time'],
  kernels: ['start', 'end', 'queued', 'submitted', 'callStart', 'callEnd'],
  operators: ['start', 'end'],
};

/** Columns that hold the system's id of a process. */
export const PROCESS_IDS: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  processes: ['process', 'parent'],
  lanes: ['process'],
  pools: ['process'],
  devices: ['process'],
};
