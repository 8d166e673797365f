import type { Recording, Tables } from '../model/index.ts';
import { type CallTree, callTree } from './callTree.ts';
import { type DevicesBusy, devicesBusy } from './deviceBusy.ts';
import { type DeviceWork, deviceWork } from './deviceWork.ts';
import { RunEfficiency } from './efficiencyRegions.ts';
import { withForwardLaunches } from './forwardLaunches.ts';
import { type Functions, functionsOf } from './functions.ts';
import { knowsCpu } from './knownTimes.ts';
import { type LaneTotals, laneTotals } from './laneTotals.ts';
import { type Home, homesOf } from './origin.ts';
import { type Region, regionsOf } from './regions.ts';
import { laneRoles } from './roles.ts';
import { type SiteOf, sitesOfStacks } from './sites.ts';
import { type TaskGroups, taskGroupsOf } from './taskGroups.ts';
import { type TaskTotals, taskTotals } from './tasks.ts';
import { type Timeline, timelineOf } from './timeline.ts';
import { rowStarts } from './weights.ts';

/**
 * A recording with what several analyses and rules ask of it, each computed when it is first asked for. All times are Nanos.
 */
export class Trace {
  readonly meta: Recording['meta'];
  /** With the lines of forward operators for the kernels of backward ones. */
  readonly tables: Tables;
  private readonly computed = new Map<string, unknown>();

  constructor({ meta, tables }: Recording) {
    this.meta = meta;
    this.tables = withForwardLaunches(tables);
  }

  /** From the run's beginning to its end. */
  get wall(): number {
    return Math.max(0, this.meta.clock.end - this.meta.clock.start);
  }

  /** False where another tool has recorded it and tells no CPU time. */
  get hasCpu(): boolean {
    return this.once('hasCpu', () => this.meta.origin !== 'import' || knowsCpu(this));
  }

  /** Where the interval of each row of `samples` begins. */
  get starts(): Float64Array {
    return this.once('starts', () => rowStarts(this.tables));
  }

  get functions(): Functions {
    return this.once('functions', () => functionsOf(this.tables));
  }

  /** Whose code each function is. */
  get homes(): readonly Home[] {
    return this.once('homes', () => homesOf(this.functions));
  }

  get tree(): CallTree {
    return this.once('tree', () => callTree(this.tables, this.functions));
  }

  /** The line of a stack that its reader would change. */
  get siteOf(): SiteOf {
    return this.once('siteOf', () => sitesOfStacks(this.tables, this.functions));
  }

  get laneTotals(): LaneTotals {
    return this.once('laneTotals', () => laneTotals(this.tables, this.starts));
  }

  /** Index into `LANE_ROLES` of each lane. */
  get roles(): Uint8Array {
    return this.once('roles', () => laneRoles(this.tables));
  }

  get taskGroups(): TaskGroups {
    return this.once('taskGroups', () => taskGroupsOf(this.tables, this.functions));
  }

  /** Of each pool and function. */
  get taskTotals(): readonly TaskTotals[] {
    return this.once('taskTotals', () => taskTotals(this.tables, this.functions));
  }

  get regions(): readonly Region[] {
    return this.once('regions', () => regionsOf(this.tables, this.functions));
  }

  get deviceWork(): DeviceWork {
    return this.once('deviceWork', () => deviceWork(this.tables));
  }

  get devicesBusy(): DevicesBusy {
    return this.once('devicesBusy', () => devicesBusy(this.deviceWork, this.tables.lanes.length));
  }

  /** The samples by lane and time. */
  get timeline(): Timeline {
    return this.once('timeline', () => timelineOf(this.tables, this.starts, this.hasCpu));
  }

  /** How well workers and devices were used, in the run and in any part of it. */
  get efficiency(): RunEfficiency {
    return this.once('efficiency', () => {
      const { running, ready } = this.laneTotals;
      return new RunEfficiency({
        tables: this.tables,
        timeline: this.timeline,
        roles: this.roles,
        // Without times nobody is known to have worked at once.
        load: running.map((own, lane) => (this.meta.timeless ? 0 : own + (ready[lane] as number))),
        devices: this.devicesBusy.units,
        regions: this.regions,
        siteOf: this.siteOf,
        cores: this.meta.host.cores,
        runStart: this.meta.clock.start,
        runEnd: this.meta.clock.end,
      });
    });
  }

  /** What `compute` gives, kept under `key`: for what only some rules share, and has no property of its own here. */
  once<T>(key: string, compute: () => T): T {
    if (!this.computed.has(key)) this.computed.set(key, compute());
    return this.computed.get(key) as T;
  }
}
