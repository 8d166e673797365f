import { InvalidArgumentError, Option } from 'commander';
import { poolWorks } from '../../analyzer/analysis/replay/poolWork.ts';
import { replayOf } from '../../analyzer/analysis/replay/replay.ts';
import { type Granted, granted, usefulWishes, type Wish } from '../../analyzer/analysis/replay/whatIf.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { UserError } from '../../analyzer/model/index.ts';
import { EXIT_USAGE } from '../errors.ts';
import { open } from '../open.ts';
import { type PoolAnswer, whatIfDocument, whatIfLines } from '../print/whatIf.ts';
import type { RegisterCommand } from './index.ts';

interface WhatIfOptions {
  readonly chunksize?: number;
  readonly workers?: number;
  readonly cores?: number;
  readonly order?: 'longest' | 'recorded';
  readonly faster?: readonly Faster[];
  readonly byReference?: boolean;
  readonly pool?: number;
  readonly json?: boolean;
}

/** `solve=2x`: a function of the program, and how many times faster it is made. */
interface Faster {
  readonly name: string;
  readonly times: number;
}

const MOST = 1_000_000;

function whole(what: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > MOST)
      throw new InvalidArgumentError(`${what} is a whole number from 1 to ${MOST.toLocaleString('en-US')}.`);
    return value;
  };
}

function poolNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('A pool is a number from 0 on.');
  return value;
}

function parseFaster(text: string, before: readonly Faster[] = []): readonly Faster[] {
  const match = /^(.+)=(\d+(?:\.\d+)?)x?$/.exec(text);
  const times = Number(match?.[2]);
  if (!match || !(times > 0) || times > MOST)
    throw new InvalidArgumentError('Give a function and how many times faster it is, such as solve=2x.');
  return [...before, { name: match[1] as string, times }];
}

export const whatIfCommand: RegisterCommand = (program) => {
  program
    .command('whatif')
    .description('predict what a run would take with its pools used otherwise')
    .argument('<file>', 'a recording with tasks of pools')
    .option('--chunksize <calls>', 'calls of the function in one task', whole('A chunk size'))
    .option('--workers <number>', 'workers of the pool', whole('A number of workers'))
    .option('--cores <number>', 'cores of the machine', whole('A number of cores'))
    .addOption(new Option('--order <order>', 'which tasks go first').choices(['longest', 'recorded']))
    .option(
      '--faster <function=times>',
      'a function made so many times faster, such as solve=2x',
      parseFaster,
    )
    .option('--by-reference', 'arguments and results are not serialised')
    .option('--pool <number>', 'only this pool; its number is in summary --json', poolNumber)
    .option('--json', 'print one JSON document')
    .action(async (file: string, options: WhatIfOptions) => {
      const trace = new Trace(await open(file));
      const answers = answersOf(trace, options);
      const text = options.json
        ? JSON.stringify(whatIfDocument(trace, answers))
        : whatIfLines(trace, answers).join('\n');
      process.stdout.write(`${text}\n`);
    });
};

function answersOf(trace: Trace, options: WhatIfOptions): PoolAnswer[] {
  const pools = poolsOf(trace, options.pool);
  const wishes = wishesOf(trace, options);
  return pools.flatMap((pool) => {
    const replay = replayOf(trace, pool);
    if (!replay) return [];
    const asked = wishes.length > 0 ? wishes : usefulWishes(trace, replay);
    const answers: Granted[] = asked.map((wish) => granted(trace, replay, wish));
    const together = wishes.length > 1 ? granted(trace, replay, Object.assign({}, ...wishes)) : null;
    return [{ replay, answers, together }];
  });
}

/** A run may have made the same pool a hundred times; those that took longest are looked at. */
const MOST_POOLS = 4;

function poolsOf(trace: Trace, wanted: number | undefined): number[] {
  const works = poolWorks(trace);
  if (trace.tables.tasks.length === 0)
    throw new UserError(
      'this recording has no tasks: what if is asked of pools of workers, and none was seen. See docs/whatif.md for those that are recorded.',
      EXIT_USAGE,
    );
  const known = works.map(({ pool }) => pool);
  if (wanted !== undefined) {
    if (known.includes(wanted)) return [wanted];
    const names =
      known.length > 0 ? `those with tasks are ${list(known.map(String))}` : 'none has a whole task';
    throw new UserError(`there is no pool ${wanted} with tasks: ${names}.`, EXIT_USAGE);
  }
  if (known.length === 0)
    throw new UserError('no task of this recording was seen from its beginning to its end.', EXIT_USAGE);
  const time = (pool: number) =>
    works
      .find((each) => each.pool === pool)
      ?.rounds.reduce((sum, { round }) => sum + round.end - round.start, 0) ?? 0;
  return known.sort((a, b) => time(b) - time(a)).slice(0, MOST_POOLS);
}

const list = (names: readonly string[]): string =>
  names.slice(0, 8).join(', ') + (names.length > 8 ? ', ...' : '');

/** Each option as a wish of its own. */
function wishesOf(trace: Trace, options: WhatIfOptions): Wish[] {
  const wishes: Wish[] = [];
  if (options.chunksize !== undefined) wishes.push({ chunk: options.chunksize });
  if (options.order === 'longest') wishes.push({ order: 'longest' });
  if (options.workers !== undefined) wishes.push({ workers: options.workers });
  if (options.cores !== undefined) wishes.push({ cores: options.cores });
  if (options.byReference) wishes.push({ byReference: true });
  const [faster, ...others] = options.faster ?? [];
  if (others.length > 0) throw new UserError('one function can be made faster at a time.', EXIT_USAGE);
  if (faster) wishes.push({ faster: { function: functionNamed(trace, faster.name), times: faster.times } });
  return wishes;
}

function functionNamed({ functions, homes }: Trace, name: string): number {
  const short = (id: number) => (functions.name[id] as string).split('.').at(-1) as string;
  const ids = functions.name.map((_, id) => id).filter((id) => functions.file[id] !== '');
  const exact = ids.filter((id) => functions.name[id] === name);
  const found = exact.length > 0 ? exact : ids.filter((id) => short(id) === name);
  const own = found.filter((id) => homes[id]?.origin === 'own');
  const best = own[0] ?? found[0];
  if (best !== undefined) return best;
  const near = ids
    .filter((id) => homes[id]?.origin === 'own')
    .map((id) => ({ text: functions.name[id] as string, far: distance(short(id), name) }))
    .sort((a, b) => a.far - b.far)
    .map(({ text }) => text);
  const hint = near.length > 0 ? ` Did you mean ${list([...new Set(near)].slice(0, 3))}?` : '';
  throw new UserError(`no function ${name} was seen.${hint}`, EXIT_USAGE);
}

/** Levenshtein's: how many letters to change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, change));
    }
    row = next;
  }
  return row[b.length] as number;
}
