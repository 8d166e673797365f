import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Recording, WAITING, WAITS } from '../../analyzer/model/index.ts';
import { openRecording } from '../../analyzer/recording/open.ts';
import { interpreters, ROOT, record, temporaryFolder } from '../harness/perfscope.ts';

/** Waits for locks, against a program that times its own. */
const folder = temporaryFolder();
afterAll(folder.remove);
const LOCKS = join(ROOT, 'fixtures/workloads/truth/locks.py');
const SECONDS = 3;

/** A row of `lockWaits` with names for its numbers. */
interface Wait {
  readonly waiter: string;
  /** Functions of the waiter's stack, innermost first. */
  readonly stack: readonly string[];
  readonly lock: number;
  readonly holder: string | null;
  readonly holderStack: readonly string[];
  readonly seconds: number;
  /** Seconds of CLOCK_MONOTONIC at which it was seen. */
  readonly end: number;
}

function functionsOf({ tables: { stacks, frames, strings } }: Recording, stack: number): string[] {
  const names: string[] = [];
  for (let at = stack; at >= 0; at = stacks.parent[at] as number)
    names.push(strings.value[frames.name[stacks.frame[at] as number] as number] as string);
  return names;
}

function waitsOf(recording: Recording): Wait[] {
  const { lockWaits, lanes } = recording.tables;
  return Array.from({ length: lockWaits.length }, (_, row) => {
    const holder = lockWaits.holder[row] as number;
    return {
      waiter: lanes.name[lockWaits.lane[row] as number] as string,
      stack: functionsOf(recording, lockWaits.stack[row] as number),
      lock: lockWaits.lock[row] as number,
      holder: holder < 0 ? null : (lanes.name[holder] as string),
      holderStack: functionsOf(recording, lockWaits.holderStack[row] as number),
      seconds: ((lockWaits.end[row] as number) - (lockWaits.start[row] as number)) / 1e9,
      end: (lockWaits.end[row] as number) / 1e9,
    };
  });
}

const secondsOf = (waits: readonly Wait[]): number => waits.reduce((sum, each) => sum + each.seconds, 0);
const of = (waits: readonly Wait[], waiter: string): Wait[] => waits.filter((each) => each.waiter === waiter);

/** What the program says: seconds of waiting by thread; and lock, thread and seconds of the clock of every release. */
interface Account {
  readonly waited: Readonly<Record<string, number>>;
  readonly left: readonly (readonly [lock: string, thread: string, time: number])[];
}

/** Who had the lock at `time`: whoever let go of it next. */
const holderAt = ({ left }: Account, lock: string, time: number): string | undefined =>
  left.find(([which, , until]) => which === lock && until >= time)?.[1];

/** In percent: the time with a claim of who held the lock, and the claims that are true. */
function claims(waits: readonly Wait[], account: Account, lock: string): [claimed: number, right: number] {
  const claimed = waits.filter((each) => each.holder !== null);
  const right = claimed.filter((each) => each.holder === holderAt(account, lock, each.end));
  const result: [number, number] = [
    (100 * secondsOf(claimed)) / secondsOf(waits),
    (100 * right.length) / claimed.length,
  ];
  if (process.env.PERFSCOPE_REPORT)
    process.stderr.write(
      `${lock}: ${result[0].toFixed(1)} % of the time has a holder, ${result[1].toFixed(1)} % of the holders are true\n`,
    );
  return result;
}

/** Names of the threads that slept in a futex and not for the GIL in most of their samples. */
function sleepersOf({ tables: { samples, lanes } }: Recording): string[] {
  const lock = WAITS.indexOf('lock');
  const seen = new Map<number, { asleep: number; all: number }>();
  for (let row = 0; row < samples.length; row++) {
    const lane = samples.lane[row] as number;
    const counts = seen.get(lane) ?? { asleep: 0, all: 0 };
    seen.set(lane, counts);
    counts.all += samples.count[row] as number;
    if (samples.state[row] === WAITING && samples.wait[row] === lock)
      counts.asleep += samples.count[row] as number;
  }
  return [...seen].flatMap(([lane, { asleep, all }]) =>
    asleep > all / 2 ? [lanes.name[lane] as string] : [],
  );
}

interface Observed {
  readonly waits: Wait[];
  readonly asleep: string[];
  readonly account: Account;
}

async function observe(python: string, mode: string): Promise<Observed> {
  const { ended, file } = await record(folder.path, ['-r', '1000'], [python, LOCKS, mode, String(SECONDS)]);
  const recording = openRecording(file);
  return { waits: waitsOf(recording), asleep: sleepersOf(recording), account: JSON.parse(ended.stdout) };
}

describe.each(interpreters())('CPython $version at $path', ({ path }) => {
  let waits: Wait[] = [];
  let account: Account = { waited: {}, left: [] };
  beforeAll(async () => {
    ({ waits, account } = await observe(path, 'asleep'));
  });

  test.each(['plain', 'nested', 'bare', 'condition', 'outer'])(
    'the time that a thread waited for the lock "%s" is within 10 %% of its own account',
    (lock) => {
      const waiter = `${lock}_waiter`;
      const seconds = secondsOf(of(waits, waiter).filter((each) => each.stack.includes(waiter)));
      expect(Math.abs(seconds / (account.waited[waiter] ?? 0) - 1)).toBeLessThan(0.1);
    },
  );

  test('each lock has a number of its own', () => {
    const numbers = ['plain', 'nested', 'bare', 'condition', 'outer'].map((lock) => [
      ...new Set(of(waits, `${lock}_waiter`).map((each) => each.lock)),
    ]);
    expect(numbers.every((each) => each.length === 1)).toBe(true);
    expect(new Set(numbers.flat()).size).toBe(5);
  });

  test.each(['plain', 'nested', 'condition', 'outer'])(
    'who held the lock "%s" is told and true, with the code that it ran',
    (lock) => {
      const [claimed, right] = claims(of(waits, `${lock}_waiter`), account, lock);
      expect(claimed).toBeGreaterThan(95);
      expect(right).toBeGreaterThan(97);
      const told = of(waits, `${lock}_waiter`).filter((each) => each.holder === `${lock}_holder`);
      expect(told.every((each) => each.holderStack.includes(`${lock}_holder`))).toBe(true);
    },
  );

  test('a holder that is nowhere on the stack is not told', () => {
    expect(of(waits, 'bare_waiter').every((each) => each.holder === null)).toBe(true);
  });

  test('nobody else waited', () => {
    const others = waits.filter((each) => !each.waiter.endsWith('_waiter') && each.waiter !== 'plain_holder');
    // The other holders wait only where they meet a waiter that has the lock for microseconds.
    expect(secondsOf(others) / secondsOf(waits)).toBeLessThan(0.01);
  });

  test('among threads that compute, the holder is right also while it waits for the GIL', async () => {
    const busy = await observe(path, 'busy');
    const [claimed, right] = claims(busy.waits, busy.account, 'convoy');
    // Between two holders there is none.
    expect(claimed).toBeGreaterThan(85);
    expect(right).toBeGreaterThan(95);
  });

  test.each(['fork', 'spawn'])(
    'a lock that processes share is one lock, with its holder, and their idle pool waits for none: %s',
    async (method) => {
      const { waits: all, account: told, asleep } = await observe(path, method);
      // Of three workers one waits for work, inside the lock for which the others wait.
      expect(asleep.filter((name) => /PoolWorker/.test(name))).toHaveLength(2);
      expect(all.filter(({ stack }) => stack.some((name) => /(?:^|\.)get$/.test(name)))).toEqual([]);
      const shared = all.filter((each) => each.waiter.startsWith('shared_'));
      expect(new Set(shared.map((each) => each.waiter))).toEqual(new Set(['shared_long', 'shared_short']));
      expect(new Set(shared.map((each) => each.lock)).size).toBe(1);
      const waited = (told.waited.shared_long ?? 0) + (told.waited.shared_short ?? 0);
      expect(Math.abs(secondsOf(shared) / waited - 1)).toBeLessThan(0.1);
      const [claimed, right] = claims(shared, told, 'shared');
      expect(claimed).toBeGreaterThan(90);
      expect(right).toBeGreaterThan(95);
    },
  );

  test('waiting for items, events, conditions and threads is not waiting for a lock', async () => {
    const idle = await observe(path, 'idle');
    expect(idle.asleep).toEqual(
      expect.arrayContaining([
        'condition_sleeper',
        'consumer',
        'event_waiter',
        'joiner',
        'semaphore_waiter',
        'simple_consumer',
      ]),
    );
    // When the program ends and wakes the sleeper, it may meet the lock for a moment that a sample hits.
    expect(secondsOf(idle.waits)).toBeLessThan(0.005);
  });
});
