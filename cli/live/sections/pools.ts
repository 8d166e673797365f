import type { LiveSnapshot } from '../model.ts';
import type { Page } from '../page.ts';
import type { TaskView } from '../pools.ts';
import { lockHeading, lockRow, lockTable } from '../rows/locks.ts';
import { messagesRow, morePoolsRow, poolHeading, poolRow, poolTable } from '../rows/pools.ts';
import { taskHeading, taskName, taskRow, taskTable } from '../rows/tasks.ts';

/** Rows below the heading that the pools of a run can fill. */
export const poolRows = ({ pools }: LiveSnapshot): number => pools.pools.length;

/** A heading and exactly `rows` rows of pools; the last of several counts those that are not shown. */
export function addPools(page: Page, rows: number): void {
  const { snapshot } = page.input;
  const { columns } = page.size;
  const { pools } = snapshot.pools;
  const table = poolTable(pools, snapshot.now, columns);
  page.add(poolHeading(table, columns, page.look));
  // In a single row the first pool says more than how many there are.
  const overflow = pools.length > rows && rows > 1;
  const shown = pools.slice(0, overflow ? rows - 1 : rows);
  for (const pool of shown) page.add(poolRow(pool, table, columns, page.look));
  if (overflow) page.add(morePoolsRow(pools.length - shown.length, columns, page.look));
  for (let i = shown.length + (overflow ? 1 : 0); i < rows; i++) page.blank();
}

/** A heading and exactly `rows` rows of tasks by function, with the chosen one among them. */
export function addTasks(page: Page, rows: number): void {
  const { snapshot, ui } = page.input;
  const { columns } = page.size;
  const { calls } = snapshot;
  const all = snapshot.pools.tasks;
  const textOf = (task: TaskView): string => `${taskName(task, calls)} ${task.pool.kind}`;
  const tasks = page.wanted === '' ? all : all.filter((task) => page.matches(textOf(task)));
  const table = taskTable(all, calls, columns);
  page.add(taskHeading(table, columns, page.look));
  const chosen = tasks.findIndex((task) => task.id === ui.task);
  const first = Math.max(0, Math.min(tasks.length - rows, chosen - rows + 1));
  for (let i = first; i < first + rows; i++) {
    const task = tasks[i];
    if (task) page.add(taskRow(task, calls, table, i === chosen, page.wanted !== '', columns, page.look));
    else if (i > 0) page.blank();
    else page.say(all.length > 0 ? 'No task matches the search.' : 'No task has come back yet.');
  }
  page.scene = { ...page.scene, tasks: tasks.map(({ id, called }) => ({ id, called })), page: rows };
}

/** A heading and at most `rows` rows of those that waited longest for locks. */
export function addLocks(page: Page, rows: number): void {
  const { lockWaits, lanes } = page.input.snapshot;
  const { columns } = page.size;
  const laneName = (id: number): string | null => lanes.find((lane) => lane.id === id)?.name ?? null;
  const table = lockTable(laneName, columns);
  page.add(lockHeading(table, columns, page.look));
  for (const wait of lockWaits.slice(0, rows)) page.add(lockRow(wait, laneName, table, columns, page.look));
}

/** Waits for locks that are shown among other things: what comes after them is seldom worth a look. */
const FIRST_LOCKS = 3;

/** Share of the run's time from which on waits for locks are worth a place among the first things shown. */
const HEAVY = 0.05;

/** Whether threads have waited for locks so long that nobody should have to look for it. */
export function locksAreHeavy({ lockWaits, now }: LiveSnapshot): boolean {
  return lockWaits.reduce((sum, { waited }) => sum + waited, 0) > HEAVY * now;
}

/** Rows of `addExchange`; 0 when there is nothing to say. */
export function exchangeRows({ messages, lockWaits }: LiveSnapshot): number {
  return (messages ? 1 : 0) + (lockWaits.length > 0 ? 1 + Math.min(FIRST_LOCKS, lockWaits.length) : 0);
}

/** What processes and threads have to do with each other, in few rows. */
export function addExchange(page: Page): void {
  addMessages(page);
  if (page.input.snapshot.lockWaits.length > 0) addLocks(page, FIRST_LOCKS);
}

export function addMessages(page: Page): void {
  const { messages } = page.input.snapshot;
  if (messages) page.add(messagesRow(messages, page.size.columns, page.look));
}
