import {
  type ColumnArray,
  type InternedRows,
  LANE_KINDS,
  LANE_ROLES,
  lanesSchema,
  TABLE_NAMES,
  TableBuilder,
  type TableName,
  type Tables,
} from '../model/index.ts';
import { REFERENCES } from '../recording/references.ts';
import { type Batch, type NumberedBatch, recordedStack } from './collector.ts';
import { ThreadDirectory } from './threads.ts';

/** What all collectors of a run share: how many rows the recording has of each numbered table, and whose thread is whose. */
export class RecordingCounts {
  strings = 0;
  frames = 0;
  stacks = 0;
  lanes = 0;
  pools = 0;
  devices = 0;
  locks = 0;
  readonly threads = new ThreadDirectory();
  /** What runs in processes, as those say who know. */
  readonly runtimes = new Map<number, string>();
}

/** Numbers of a collector, mapped to those of the recording. */
class Mapping {
  private readonly to: number[] = [];

  /** The next number is `id` in the recording. */
  add(id: number): void {
    this.to.push(id);
  }

  set(number: number, id: number): void {
    this.to[number] = id;
  }

  has(id: number): boolean {
    return this.to[id] !== undefined;
  }

  get(id: number): number {
    const mapped = this.to[id];
    if (mapped === undefined) throw new Error(`a collector refers to row ${id}, which it has not delivered`);
    return mapped;
  }
}

/** Gives what one collector delivers its numbers in the recording, in place. */
export class Numbering {
  private readonly counts: RecordingCounts;
  private readonly maps = {
    strings: new Mapping(),
    frames: new Mapping(),
    stacks: new Mapping(),
    lanes: new Mapping(),
    pools: new Mapping(),
    devices: new Mapping(),
  };
  private readonly locks = new Map<number, number>();

  constructor(counts: RecordingCounts) {
    this.counts = counts;
  }

  apply(batch: Batch): NumberedBatch {
    const { interned, mentions, inside, ...delivered } = batch;
    this.intern(interned);
    this.nameRuntimes(delivered.processes, mentions);
    const tables: { [N in TableName]: Tables[N] } = { ...delivered, ...interned };
    tables.lanes = this.lanes(tables.lanes, mentions);
    const { pools, devices, lockWaits } = tables;
    for (let i = 0; i < pools.length; i++) {
      const id = pools.id[i] as number;
      if (!this.maps.pools.has(id)) this.maps.pools.add(this.counts.pools++);
      pools.id[i] = this.maps.pools.get(id);
    }
    for (let i = 0; i < devices.length; i++) {
      const id = devices.id[i] as number;
      if (!this.maps.devices.has(id)) this.maps.devices.add(this.counts.devices++);
      devices.id[i] = this.maps.devices.get(id);
    }
    for (let i = 0; i < lockWaits.length; i++) lockWaits.lock[i] = this.lock(lockWaits.lock[i] as number);
    for (const [name, columns] of Object.entries(REFERENCES)) {
      for (const [column, to] of Object.entries(columns)) {
        const table = tables[name as TableName] as unknown as Record<string, ColumnArray>;
        this.refer(table[column] as Int32Array, tables[name as TableName].length, this.maps[to]);
      }
    }
    this.refer(inside.lane, inside.length, this.maps.lanes);
    this.refer(inside.stack, inside.length, this.maps.stacks);
    return { ...tables, inside };
  }

  /** The collector that sees a process from outside need not know what runs in it. */
  private nameRuntimes(processes: Tables['processes'], mentions: Batch['mentions']): void {
    const { runtimes } = this.counts;
    for (let i = 0; i < mentions.length; i++)
      if (mentions.runtime[i] !== '')
        runtimes.set(mentions.process[i] as number, mentions.runtime[i] as string);
    for (let i = 0; i < processes.length; i++) {
      const process = processes.process[i] as number;
      if (processes.runtime[i] === '') processes.runtime[i] = runtimes.get(process) ?? '';
      // Its number may be given to another one.
      if ((processes.end[i] as number) >= 0) runtimes.delete(process);
    }
  }

  private refer(column: Int32Array | Uint32Array, length: number, map: Mapping): void {
    for (let i = 0; i < length; i++) {
      const id = column[i] as number;
      if (id >= 0) column[i] = map.get(id);
      else if (id < -1) column[i] = recordedStack(id);
    }
  }

  private lock(id: number): number {
    const known = this.locks.get(id);
    if (known !== undefined) return known;
    this.locks.set(id, this.counts.locks);
    return this.counts.locks++;
  }

  /** The lanes of the batch, and those that mentioned threads get because nobody follows them yet. */
  private lanes(rows: Tables['lanes'], mentions: Batch['mentions']): Tables['lanes'] {
    const { threads } = this.counts;
    const thread = LANE_KINDS.indexOf('thread');
    const map = this.maps.lanes;
    const out = new TableBuilder(lanesSchema, rows.length + 8);
    for (let i = 0; i < rows.length; i++) {
      const id = rows.id[i] as number;
      const [process = 0, task = 0] = [rows.process[i], rows.thread[i]];
      const isThread = rows.kind[i] === thread && task > 0;
      if (!map.has(id)) {
        const adopted = isThread ? threads.adopt(process, task) : null;
        map.set(id, adopted ?? this.counts.lanes++);
        if (isThread && adopted === null) threads.add(process, task, map.get(id), true);
      }
      rows.id[i] = map.get(id);
      if (isThread) rows.name[i] = threads.nameOf(process, task, map.get(id), rows.name[i] as string);
      if (isThread && (rows.end[i] as number) >= 0)
        threads.end(process, task, map.get(id), rows.end[i] as number);
    }
    out.append(rows);
    for (let i = 0; i < mentions.length; i++) {
      const [process = 0, task = 0, time = 0] = [mentions.process[i], mentions.thread[i], mentions.time[i]];
      const known = threads.find(process, task, time);
      map.set(mentions.lane[i] as number, known ?? this.counts.lanes);
      const name = mentions.name[i] as string;
      if (known === null) threads.add(process, task, this.counts.lanes, false);
      threads.name(process, task, known ?? this.counts.lanes, name);
      if (known !== null) continue;
      out.push({
        id: this.counts.lanes++,
        kind: thread,
        role: LANE_ROLES.indexOf('worker'),
        process,
        thread: task,
        name,
        start: time,
        end: -1,
        cpu: -1,
      });
    }
    return out.finish();
  }

  private intern({ strings, frames, stacks }: InternedRows): void {
    const { maps, counts } = this;
    for (let i = 0; i < strings.length; i++) maps.strings.add(counts.strings++);
    for (let i = 0; i < frames.length; i++) {
      frames.name[i] = maps.strings.get(frames.name[i] as number);
      frames.file[i] = maps.strings.get(frames.file[i] as number);
      maps.frames.add(counts.frames++);
    }
    for (let i = 0; i < stacks.length; i++) {
      const parent = stacks.parent[i] as number;
      if (parent >= 0) stacks.parent[i] = maps.stacks.get(parent);
      stacks.frame[i] = maps.frames.get(stacks.frame[i] as number);
      maps.stacks.add(counts.stacks++);
    }
  }
}

/** Tables of a session batch in the order in which a reader needs them: what is referred to comes first. */
export const BATCH_TABLES: readonly TableName[] = [
  'strings',
  'frames',
  'stacks',
  'processes',
  'lanes',
  'pools',
  'devices',
  ...TABLE_NAMES.filter(
    (name) => !['strings', 'frames', 'stacks', 'processes', 'lanes', 'pools', 'devices'].includes(name),
  ),
];
