import {
  type ColumnArray,
  emptyTables,
  type Host,
  Interner,
  LANE_KINDS,
  LANGUAGES,
  type Language,
  nanos,
  type Recording,
  type RecordingMeta,
  SCHEMAS,
  type Schema,
  type StackId,
  TABLE_NAMES,
  type Table,
  TableBuilder,
  type TableName,
  type Tables,
  UserError,
} from '../model/index.ts';
import { FORMAT_VERSION } from './meta.ts';
import { INSTANTS, NUMBERED, PROCESS_IDS, REFERENCES, type Target } from './references.ts';

/** A recording that is merged, and what it is called: the name of its file, as a rule. */
export interface Part {
  readonly name: string;
  readonly recording: Recording;
}

/** Two machines that started at the same instant within this are held to be one, whose clock they share; ms. */
const ONE_START = 20;
/** Above what the systems of a machine use, so that ids of several machines are told apart. */
const PROCESS_STEP = 2 ** 22;
const COUNTER = LANE_KINDS.indexOf('counter');
const SHARED: ReadonlySet<TableName> = new Set(['strings', 'frames', 'stacks']);

/**
 * One recording of several that ran together, such as the ranks of a run: one axis of time, numbers of lanes, pools and devices of their own,
 * texts and stacks shared. Throws a UserError (exit code 2) for what cannot be put on one axis.
 */
export function mergeRecordings(parts: readonly Part[], producer: string): Recording {
  const axis = axisOf(parts);
  const interner = new Interner();
  const builders = new Map<TableName, TableBuilder<Schema>>();
  for (const name of TABLE_NAMES) builders.set(name, new TableBuilder(SCHEMAS[name] as Schema));
  const processes = new Set<number>();
  const renumbered: string[] = [];
  const counts: Record<Exclude<Target, 'strings' | 'frames' | 'stacks'>, number> = {
    lanes: 0,
    pools: 0,
    devices: 0,
  };
  let locks = 0;
  parts.forEach(({ name, recording: { tables } }, at) => {
    const shared = sharedRows(interner, tables);
    const ids = [...new Set([...tables.lanes.process, ...tables.processes.process])].filter((id) => id > 0);
    const collides = ids.some((id) => processes.has(id));
    if (collides) renumbered.push(name);
    const process = (id: number): number =>
      collides && id > 0 ? (id % PROCESS_STEP) + at * PROCESS_STEP : id;
    for (const id of ids) processes.add(process(id));
    const row = (target: Target, id: number): number =>
      target in shared
        ? (shared[target as keyof typeof shared][id] as number)
        : id + counts[target as keyof typeof counts];
    for (const table of TABLE_NAMES) {
      if (SHARED.has(table)) continue;
      const columns = changed(table, tables[table], { row, process, shift: axis.shifts[at] as number });
      if (table === 'lockWaits') columns.lock = tables.lockWaits.lock.map((lock) => lock + locks);
      if (table === 'lanes') columns.name = laneNames(tables, name);
      if (table === 'processes') columns.name = tables.processes.name.map((its) => `${name}: ${its}`);
      builders.get(table)?.append({ ...columns, length: tables[table].length } as unknown as Table<Schema>);
    }
    counts.lanes += tables.lanes.length;
    counts.pools += tables.pools.length;
    counts.devices += tables.devices.length;
    locks += 1 + tables.lockWaits.lock.reduce((most, lock) => Math.max(most, lock), 0);
  });
  const tables: Partial<Record<TableName, unknown>> = {};
  for (const [name, builder] of builders) tables[name] = builder.finish();
  return {
    meta: metaOf(parts, axis, renumbered, producer),
    tables: { ...emptyTables(), ...(tables as Partial<Tables>), ...interner.drain() },
  };
}

interface Change {
  readonly row: (target: Target, id: number) => number;
  readonly process: (id: number) => number;
  readonly shift: number;
}

/** The columns of a table with its references, instants and processes as they are in the merged recording. */
function changed<N extends TableName>(
  name: N,
  table: Tables[N],
  { row, process, shift }: Change,
): Record<string, ColumnArray> {
  const columns: Record<string, ColumnArray> = {};
  const old = table as unknown as Readonly<Record<string, ColumnArray>>;
  for (const column of Object.keys(SCHEMAS[name])) columns[column] = old[column] as ColumnArray;
  const map = (column: string, to: (value: number) => number): void => {
    columns[column] = (columns[column] as Float64Array).map(to);
  };
  for (const [column, target] of Object.entries<Target>(REFERENCES[name] ?? {}))
    map(column, (value) => (value < 0 ? value : row(target, value)));
  const own = NUMBERED.find((target) => target === name);
  if (own) map('id', (value) => row(own, value));
  for (const column of INSTANTS[name] ?? [])
    map(column, (time) => (time < 0 ? time : Math.max(0, time + shift)));
  for (const column of PROCESS_IDS[name] ?? []) map(column, process);
  return columns;
}

/** Where the strings, frames and stacks of a recording are in the merged one. */
function sharedRows(interner: Interner, { strings, frames, stacks }: Tables) {
  const text = (id: number) => strings.value[id] as string;
  const stringRows = strings.value.map((value) => interner.string(value) as number);
  const frameRows = Array.from({ length: frames.length }, (_, i) =>
    interner.frame(
      text(frames.name[i] as number),
      text(frames.file[i] as number),
      frames.line[i] as number,
      frames.functionLine[i] as number,
      LANGUAGES[frames.language[i] as number] as Language,
    ),
  );
  const stackRows: StackId[] = [];
  for (let i = 0; i < stacks.length; i++) {
    const parent = stacks.parent[i] as number;
    stackRows.push(
      interner.stack(
        parent < 0 ? -1 : (stackRows[parent] as StackId),
        frameRows[stacks.frame[i] as number] as (typeof frameRows)[number],
      ),
    );
  }
  return { strings: stringRows, frames: frameRows, stacks: stackRows };
}

/** Counters are of a machine, as one of the recordings saw it; threads without a process that has a name are told apart by their own. */
function laneNames({ lanes, processes }: Tables, name: string): string[] {
  const named = new Set(processes.process);
  return lanes.name.map((its, id) =>
    lanes.kind[id] === COUNTER || !named.has(lanes.process[id] as number) ? `${name}: ${its}` : its,
  );
}

interface Axis {
  /** Nanos that each recording's times are later by in the merged one. */
  readonly shifts: readonly number[];
  readonly start: number;
  readonly end: number;
  readonly startEpochMs: number;
  /** Number of the machine that each was recorded on. */
  readonly machines: readonly number[];
  readonly warnings: readonly string[];
}

/** The earliest recording keeps its times. */
function axisOf(parts: readonly Part[]): Axis {
  const clocks = parts.map(({ recording }) => recording.meta.clock);
  for (const { name, recording } of parts)
    if (recording.meta.timeless)
      throw new UserError(
        `${name} does not tell when anything happened, and cannot be put beside others.`,
        2,
      );
  const known = clocks.every(({ startEpochMs }) => startEpochMs > 0);
  const machines = known ? machinesOf(parts) : parts.map((_, at) => at);
  const first = known ? clocks.reduce((a, b) => (b.startEpochMs < a.startEpochMs ? b : a)) : clocks[0];
  if (!first) throw new UserError('merge needs two recordings at least.', 2);
  const home = machines[clocks.indexOf(first)];
  const shifts = clocks.map((clock, at) => {
    if (!known) return first.start - clock.start;
    // One machine has one clock, on which nothing has to be moved.
    if (machines[at] === home) return 0;
    return Math.round(first.start - clock.start + (clock.startEpochMs - first.startEpochMs) * 1e6);
  });
  const moved = (of: 'start' | 'end') => clocks.map((clock, at) => clock[of] + (shifts[at] as number));
  return {
    shifts,
    start: Math.min(...moved('start')),
    end: Math.max(...moved('end')),
    startEpochMs: first.startEpochMs,
    machines,
    warnings: [
      alignment(known, machines),
      ...(Math.max(...moved('start')) > Math.min(...moved('end'))
        ? ['Some of them were not recorded at the same time: are they of one run?']
        : []),
    ],
  };
}

function alignment(known: boolean, machines: readonly number[]): string {
  if (!known) return 'Merged: not every recording tells its date, so all are taken to have begun at once.';
  if (new Set(machines).size === 1)
    return 'Merged: all were recorded on one machine, so their times are on one clock and exact.';
  return 'Merged: times of different machines are put together by their dates, which is exact to a millisecond and to how well the clocks of the machines agree.';
}

/** Recordings of one machine: alike in what is known of it, and started at one instant. */
function machinesOf(parts: readonly Part[]): number[] {
  const machines: { readonly host: string; readonly boot: number }[] = [];
  return parts.map(({ recording: { meta } }) => {
    const host = JSON.stringify(meta.host);
    const boot = meta.clock.startEpochMs - meta.clock.start / 1e6;
    const at = machines.findIndex((each) => each.host === host && Math.abs(each.boot - boot) < ONE_START);
    // What was imported begins its clock at 0 and says nothing of its machine.
    return at >= 0 && meta.origin !== 'import' ? at : machines.push({ host, boot }) - 1;
  });
}

function metaOf(
  parts: readonly Part[],
  axis: Axis,
  renumbered: readonly string[],
  producer: string,
): RecordingMeta {
  const metas = parts.map(({ recording }) => recording.meta);
  const first = metas[0] as RecordingMeta;
  const same = <T>(of: (meta: RecordingMeta) => T): boolean =>
    metas.every((meta) => JSON.stringify(of(meta)) === JSON.stringify(of(first)));
  const all = (of: (meta: RecordingMeta) => number | null): number | null =>
    metas.reduce<number | null>((sum, meta) => {
      const value = of(meta);
      return sum === null || value === null ? null : sum + value;
    }, 0);
  const failed = metas.find(({ exitCode }) => exitCode !== null && exitCode !== 0);
  const warnings = [
    ...axis.warnings,
    ...(renumbered.length > 0
      ? [
          `Processes of ${renumbered.join(', ')} have other numbers than they had: another recording has the same.`,
        ]
      : []),
    ...(same(({ mode }) => mode) ? [] : [`The recordings weigh with different times; ${first.mode} counts.`]),
    ...parts.flatMap(({ name, recording }) => recording.meta.warnings.map((text) => `${name}: ${text}`)),
  ];
  return {
    format: 'perfscope',
    version: FORMAT_VERSION,
    producer,
    command: same(({ command }) => command) ? first.command : metas.map(({ command }) => command.join(' ')),
    directory: same(({ directory }) => directory) ? first.directory : '',
    exitCode: failed?.exitCode ?? (metas.every(({ exitCode }) => exitCode === 0) ? 0 : null),
    signal: metas.find(({ signal }) => signal !== null)?.signal ?? null,
    origin: same(({ origin }) => origin) ? first.origin : 'import',
    mode: first.mode,
    clock: { start: nanos(axis.start), end: nanos(axis.end), startEpochMs: axis.startEpochMs },
    kernelCpuSeconds: all(({ kernelCpuSeconds }) => kernelCpuSeconds),
    ownCpuSeconds: all(({ ownCpuSeconds }) => ownCpuSeconds) ?? 0,
    host: hostOf(metas, axis.machines),
    collectors: parts.flatMap(({ name, recording }) =>
      recording.meta.collectors.map((health) => ({ ...health, id: `${name}: ${health.id}` })),
    ),
    complete: metas.every(({ complete }) => complete),
    warnings,
  };
}

/** Of several machines what they have together. */
function hostOf(metas: readonly RecordingMeta[], machines: readonly number[]): Host {
  const hosts = [...new Set(machines)].map(
    (machine) => (metas[machines.indexOf(machine)] as RecordingMeta).host,
  );
  const [first = (metas[0] as RecordingMeta).host] = hosts;
  const sum = (of: (host: Host) => number): number => hosts.reduce((total, host) => total + of(host), 0);
  return {
    ...first,
    cores: sum(({ cores }) => cores),
    memoryBytes: sum(({ memoryBytes }) => memoryBytes),
    physicalCores: hosts.every(({ physicalCores }) => physicalCores !== null)
      ? sum(({ physicalCores }) => physicalCores ?? 0)
      : null,
    gpus: hosts.flatMap(({ gpus }) => gpus),
  };
}
