import type { CollectorHealth } from '../../model/index.ts';
import { count } from '../counted.ts';

/** What became of the logs of a run. */
export class TickHealth {
  logs = 0;
  /** Logs that do not say of which thread they are. */
  threadless = 0;
  ticks = 0;
  deopts = 0;
  damaged = 0;
  /** Processes of which there is a log, and those that the agent was in. */
  readonly logged = new Set<number>();
  readonly seen = new Set<number>();
  /** Why logs were not read, and how many. */
  readonly unread = new Map<string, number>();

  private readonly rate: number;

  /** `rate`: ticks a second that were asked for. */
  constructor(rate: number) {
    this.rate = rate;
  }

  health(failure: string | null): CollectorHealth {
    const warnings = failure === null ? [] : [failure];
    for (const [why, logs] of this.unread)
      warnings.push(`${count(logs, "isolate's log", "isolates' logs")} could not be read: ${why}.`);
    const missing = [...this.seen].filter((process) => !this.logged.has(process)).length;
    if (missing > 0 && this.logged.size + this.unread.size > 0)
      warnings.push(
        `of ${count(missing, 'Node process', 'Node processes')} there is no log: it was killed, or started by a path without V8's flags.`,
      );
    if (this.threadless > 0)
      warnings.push(
        `${count(this.threadless, 'log does', 'logs do')} not say of which thread: workers with options of their own have no stacks, and tiers without a lane.`,
      );
    if (this.damaged > 0)
      warnings.push(
        `${count(this.damaged, 'line of a log', 'lines of logs')} could not be read and are left out.`,
      );
    return {
      id: 'v8-ticks',
      status: warnings.length > 0 ? 'partial' : 'ok',
      requestedHz: this.rate,
      // V8 takes no ticks of a thread that waits for events: there is no time to divide by.
      achievedHz: null,
      samples: this.ticks,
      missed: 0,
      dropped: this.damaged,
      torn: 0,
      figures: {
        logs: this.logs,
        ticks: this.ticks,
        deoptimisations: this.deopts,
        damagedLines: this.damaged,
        processesWithoutLogs: missing,
      },
      warnings,
    };
  }
}
