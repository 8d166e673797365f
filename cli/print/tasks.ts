import type { PoolLine, TaskLine } from '../../analyzer/analysis/poolSummary.ts';
import type { Summary } from '../../analyzer/analysis/summary.ts';
import { fitted, moduleName, wrapped } from './text.ts';
import { bytes, count, percent, seconds, significant } from './units.ts';

/** More pools and functions than this are counted and not listed: a summary is read at a glance. */
const MOST_POOLS = 3;
const MOST_FUNCTIONS = 4;
const NAME_WIDTH = 24;
/** Width and heading of the columns after the name. */
const COLUMNS = [
  [9, 'tasks'],
  [6, 'chunk'],
  [8, 'workers'],
  [11, 'mean wait'],
  [9, 'mean run'],
  [10, 'to worker'],
  [9, 'back'],
  [10, 'serialise'],
] as const;
/** Share of the arguments from which it is worth saying that they had been sent before. */
const MUCH_REPEATED = 0.2;

/** Pools that one line of the program made, alike but for when: a pool made anew for each step is one entry, not a page. */
interface PoolKind {
  readonly pools: PoolLine[];
  readonly tasks: TaskRow[];
}

/** Tasks of one function, summed over pools. Times are sums in seconds, `waited` and `ran` the tasks of which they are known. */
interface TaskRow {
  readonly function: string;
  count: number;
  items: number;
  workers: number;
  lost: number;
  queue: number;
  waited: number;
  run: number;
  ran: number;
  bytesOut: number | null;
  bytesBack: number | null;
  pickle: number;
  repeated: number;
  readonly exceptions: Map<string, number>;
}

/** What pools did, one line a function; nothing for a run without tasks. */
export function taskLines({ pools, tasks }: Summary): string[] {
  const kinds = poolKinds(pools, tasks);
  if (kinds.length === 0) return [];
  const shown = kinds.slice(0, MOST_POOLS);
  const lines = shown.flatMap((kind, at) => [
    heading(kind),
    ...(at === 0
      ? [
          row(
            'task',
            COLUMNS.map(([, title]) => title),
          ),
        ]
      : []),
    ...kind.tasks.slice(0, MOST_FUNCTIONS).flatMap((each) => [taskRow(each), ...notes(each)]),
    ...(kind.tasks.length > MOST_FUNCTIONS
      ? [`    and ${count(kind.tasks.length - MOST_FUNCTIONS, 'more function')}`]
      : []),
  ]);
  const rest = kinds.length - shown.length;
  if (rest > 0) lines.push(`  and ${count(rest, 'more pool')}`);
  return lines;
}

function poolKinds(pools: readonly PoolLine[], tasks: readonly TaskLine[]): PoolKind[] {
  const kinds = new Map<string, PoolKind>();
  const kindOfPool = pools.map((pool) => {
    const key = [pool.kind, pool.file, pool.line, pool.startMethod, pool.size].join('\0');
    const kind = kinds.get(key) ?? { pools: [], tasks: [] };
    kinds.set(key, kind);
    kind.pools.push(pool);
    return kind;
  });
  // Tasks come in order of time spent, so pools and functions stay in that order.
  const inOrder = new Set<PoolKind>();
  const rows = new Map<string, TaskRow>();
  for (const task of tasks) {
    const kind = kindOfPool[task.poolId];
    if (!kind) continue;
    inOrder.add(kind);
    const first = kind.pools[0]?.id;
    const key = [first, task.function, task.file, task.line].join('\0');
    let sum = rows.get(key);
    if (!sum) {
      sum = emptyRow(task.function || '(unknown function)');
      rows.set(key, sum);
      kind.tasks.push(sum);
    }
    add(sum, task);
  }
  return [...inOrder];
}

const emptyRow = (name: string): TaskRow => ({
  function: name,
  count: 0,
  items: 0,
  workers: 0,
  lost: 0,
  queue: 0,
  waited: 0,
  run: 0,
  ran: 0,
  bytesOut: null,
  bytesBack: null,
  pickle: 0,
  repeated: 0,
  exceptions: new Map(),
});

const plus = (sum: number | null, value: number | null) => (value === null ? sum : (sum ?? 0) + value);

function add(sum: TaskRow, task: TaskLine): void {
  sum.count += task.count;
  sum.items += task.items;
  // Each pool has workers of its own; what matters is how many were at work together.
  sum.workers = Math.max(sum.workers, task.workers);
  sum.lost += task.lost;
  sum.queue += task.queueSeconds ?? 0;
  sum.waited += task.queue?.count ?? 0;
  sum.run += task.runSeconds ?? 0;
  sum.ran += task.run?.count ?? 0;
  sum.bytesOut = plus(sum.bytesOut, task.bytesOut);
  sum.bytesBack = plus(sum.bytesBack, task.bytesBack);
  sum.pickle += task.pickleSeconds;
  sum.repeated += (task.repeatedShare ?? 0) * (task.bytesOut ?? 0);
  for (const { type, count: of } of task.exceptions)
    sum.exceptions.set(type, (sum.exceptions.get(type) ?? 0) + of);
}

function heading({ pools }: PoolKind): string {
  const [first] = pools;
  if (!first) return '';
  const parts = [fitted(first.kind, 30)];
  if (pools.length > 1) parts[0] = `${pools.length} x ${parts[0]}`;
  parts[0] += workersOf(first);
  if (first.file !== '') parts.push(`${fitted(moduleName(first.file), 24)}:${first.line}`);
  const startup = mean(pools.map((pool) => pool.startupSeconds));
  const teardown = mean(pools.map((pool) => pool.teardownSeconds));
  const life: string[] = [];
  if (startup !== null) life.push(`start-up ${seconds(startup)}`);
  if (teardown !== null) life.push(`teardown ${seconds(teardown)}`);
  if (life.length > 0) parts.push(life.join(', ') + (pools.length > 1 ? ' each' : ''));
  return `  ${parts.join('   ')}`;
}

function workersOf({ size, startMethod }: PoolLine): string {
  if (startMethod === 'thread') return size === null ? '' : ` of ${count(size, 'thread')}`;
  const workers = size === null ? '' : ` of ${size}`;
  return startMethod === null ? workers : `${workers} (${fitted(startMethod, 12)})`;
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function taskRow(task: TaskRow): string {
  const chunk = task.items / task.count;
  const isSerialised = (task.bytesOut ?? 0) + (task.bytesBack ?? 0) > 0 && task.run + task.pickle > 0;
  return row(fitted(task.function, NAME_WIDTH), [
    whole(task.count),
    Number.isInteger(chunk) || chunk >= 10 ? whole(Math.round(chunk)) : chunk.toFixed(1),
    task.workers === 0 ? '-' : whole(task.workers),
    task.waited === 0 ? '-' : seconds(task.queue / task.waited),
    task.ran === 0 ? '-' : seconds(task.run / task.ran),
    task.bytesOut === null || !isSerialised ? '-' : bytes(task.bytesOut),
    task.bytesBack === null || !isSerialised ? '-' : bytes(task.bytesBack),
    isSerialised ? percent(task.pickle / (task.run + task.pickle)) : '-',
  ]);
}

const row = (name: string, cells: readonly string[]): string =>
  `    ${name.padEnd(NAME_WIDTH)}${COLUMNS.map(([width], at) => (cells[at] ?? '').padStart(width)).join('')}`;

/** From a million on three digits say enough. */
const whole = (value: number): string =>
  value >= 1e6 ? `${significant(value / 1e6)} M` : value.toLocaleString('en-US');

function notes(task: TaskRow): string[] {
  const said: string[] = [];
  const [worst, ...others] = [...task.exceptions].sort((a, b) => b[1] - a[1]);
  if (worst) {
    const more = others.reduce((sum, [, of]) => sum + of, 0);
    said.push(`${count(worst[1], 'task')} raised ${fitted(worst[0], 30)}`);
    if (more > 0) said.push(`${more.toLocaleString('en-US')} something else`);
  }
  if (task.lost > 0) said.push(`${count(task.lost, 'task')} never ended`);
  const share = task.bytesOut ? task.repeated / task.bytesOut : 0;
  if (share >= MUCH_REPEATED) said.push(`${percent(share)} of the arguments had been sent before`);
  return wrapped('      ', said);
}
