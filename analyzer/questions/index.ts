import { advise } from '../advice/index.ts';
import { comparedRun, runComparison } from '../advice/runComparison.ts';
import { type FunctionSummary, summarize } from '../analysis/summary.ts';
import type { Trace } from '../analysis/trace.ts';
import { UserError } from '../model/index.ts';
import { boundedJson } from './bounded.ts';
import { comparisonDocument, DEFAULT_THRESHOLD } from './comparison.ts';
import { Given, type Parameter, type Question, type Recordings, WRONG_USAGE } from './question.ts';
import { sourceLines } from './sourceLines.ts';
import { type WhatIfWishes, whatIfAnswers } from './whatIf.ts';
import { whatIfDocument } from './whatIfDocument.ts';

/** Whoever asks has named the recordings. */
const NAMES = { before: 'before', after: 'after' };

export { type Listed, type Question, type Recordings, schemaOf } from './question.ts';

const DEFAULT_ITEMS = 20;
const FILE: Parameter = {
  type: 'string',
  description:
    'A recording, as list_recordings names it: a .perfscope file, or a profile or trace of another tool.',
};
const LIMIT: Parameter = {
  type: 'integer',
  description: `Items of each list, ${DEFAULT_ITEMS} without it. What is left out is told under "omitted".`,
  minimum: 1,
  maximum: 200,
};
const fileOf = (given: Given): string => given.text('file') ?? '';

/** What a program that helps a person may ask of recordings. Every answer is what a command prints with `--json`. */
export const QUESTIONS: readonly Question[] = [
  {
    name: 'list_recordings',
    title: 'Recordings',
    description: 'Lists the recordings that can be asked, the newest first.',
    parameters: { limit: LIMIT },
    required: [],
    answer: async (recordings) => ({ version: 1, recordings: await recordings.list() }),
  },
  {
    name: 'findings',
    title: 'What to change',
    description:
      'Says what to change in the program to make it faster: the line, why, the evidence, the change, and the predicted gain as an interval. Ask this first.',
    parameters: { file: FILE, limit: LIMIT },
    required: ['file'],
    answer: async (recordings, given) => ({
      version: 1,
      findings: advise(await recordings.open(fileOf(given))),
    }),
  },
  {
    name: 'summary',
    title: 'Summary of a run',
    description:
      'Tells what a run came to: wall and CPU time, parallel efficiency with its factors, threads, hottest functions, pools, devices, warnings.',
    parameters: { file: FILE, limit: LIMIT },
    required: ['file'],
    answer: async (recordings, given) => summaryOf(await recordings.open(fileOf(given))),
  },
  {
    name: 'hot_functions',
    title: 'Hot functions',
    description:
      'Lists the functions that took most time, of the whole run, by a part of their name or file.',
    parameters: {
      file: FILE,
      name: { type: 'string', description: 'Only functions with this in their name.' },
      source: { type: 'string', description: 'Only functions of files with this in their path.' },
      language: {
        type: 'string',
        description: 'Only functions of this language.',
        enum: ['python', 'javascript', 'native', 'kernel'],
      },
      by: {
        type: 'string',
        description: 'What they are sorted by: time in the function itself, or with all that it called.',
        enum: ['self', 'total'],
      },
      limit: LIMIT,
    },
    required: ['file'],
    answer: async (recordings, given) => hotFunctions(await recordings.open(fileOf(given)), given),
  },
  {
    name: 'transfers',
    title: 'What was moved',
    description:
      'Tells what was copied to and from devices, pickled or cloned between processes and threads: bytes, times, bandwidth, by direction.',
    parameters: { file: FILE, limit: LIMIT },
    required: ['file'],
    answer: async (recordings, given) => {
      const { transfers, devices } = summaryOf(await recordings.open(fileOf(given)));
      return { version: 1, transfers, devices };
    },
  },
  {
    name: 'tasks',
    title: 'Tasks of pools',
    description:
      'Tells of pools of workers (multiprocessing, concurrent.futures, joblib, Dask, workers of Node): tasks by function, queueing, running, pickling, balance.',
    parameters: { file: FILE, limit: LIMIT },
    required: ['file'],
    answer: async (recordings, given) => {
      const { tasks, pools } = summaryOf(await recordings.open(fileOf(given)));
      return { version: 1, tasks, pools };
    },
  },
  {
    name: 'what_if',
    title: 'What if',
    description:
      'Predicts what the run would take with its pools and devices used otherwise, from a replay of what they did. Without a wish, a few useful ones are tried.',
    parameters: {
      file: FILE,
      chunksize: {
        type: 'integer',
        description: 'Calls of the function in one task.',
        minimum: 1,
        maximum: 1e6,
      },
      workers: { type: 'integer', description: 'Workers of the pool.', minimum: 1, maximum: 1e6 },
      cores: { type: 'integer', description: 'Cores of the machine.', minimum: 1, maximum: 1e6 },
      order: { type: 'string', description: 'Which tasks go first.', enum: ['longest', 'recorded'] },
      faster_function: { type: 'string', description: 'A function that is made faster.' },
      faster_times: {
        type: 'number',
        description: 'How many times faster, 2 without it.',
        minimum: 1e-6,
        maximum: 1e6,
      },
      by_reference: { type: 'boolean', description: 'Arguments and results are not serialised.' },
      overlap_copies: {
        type: 'boolean',
        description: 'Copies of a device take place while its kernels run.',
      },
      without_copies: {
        type: 'string',
        description: 'Copies of a device that do not take place.',
        enum: ['all', 'H2D', 'D2H'],
      },
      pinned: { type: 'boolean', description: 'Pageable memory that is copied is pinned.' },
      free_launches: { type: 'boolean', description: 'Launching a kernel takes no time.' },
      faster_kernel: { type: 'string', description: 'A kernel that is made faster, by its whole name.' },
      pool: { type: 'integer', description: 'Only this pool, by its number in "tasks".', minimum: 0 },
      limit: LIMIT,
    },
    required: ['file'],
    answer: async (recordings, given) => whatIf(await recordings.open(fileOf(given)), given),
  },
  {
    name: 'compare',
    title: 'Two runs',
    description:
      'Says what moved between two runs of a program, and whether the gains that were predicted came true.',
    parameters: {
      before: { ...FILE, description: `The earlier run. ${FILE.description}` },
      after: { ...FILE, description: 'The later run.' },
      threshold: {
        type: 'number',
        description: 'What counts as moved, 0.05 without it.',
        minimum: 0,
        maximum: 1,
      },
      limit: LIMIT,
    },
    required: ['before', 'after'],
    answer: async (recordings, given) => {
      const before = comparedRun(await recordings.open(given.text('before') ?? ''));
      const after = comparedRun(await recordings.open(given.text('after') ?? ''));
      return comparisonDocument(
        runComparison(before, after, NAMES, given.number('threshold') ?? DEFAULT_THRESHOLD),
      );
    },
  },
  {
    name: 'source_lines',
    title: 'Lines of a source file',
    description:
      'Tells what each line of a source file took, the most expensive first. Read the file beside it.',
    parameters: {
      file: FILE,
      source: { type: 'string', description: 'The source file, or the end of its path, such as app.py.' },
      metric: {
        type: 'string',
        description: 'What is weighed; without it as the run was recorded.',
        enum: ['cpu', 'wall', 'gil-wait', 'gil-held', 'samples'],
      },
      limit: LIMIT,
    },
    required: ['file', 'source'],
    answer: async (recordings, given) => linesOf(await recordings.open(fileOf(given)), given),
  },
];

/** Answers a question by its name, as JSON of a bounded size. Throws a UserError where it cannot be answered. */
export async function answerOf(recordings: Recordings, name: string, values: unknown): Promise<string> {
  const question = QUESTIONS.find((each) => each.name === name);
  if (!question)
    throw new UserError(
      `there is no question ${name}: ${QUESTIONS.map((each) => each.name).join(', ')} are.`,
      WRONG_USAGE,
    );
  const given = new Given(question, values);
  return boundedJson(await question.answer(recordings, given), given.number('limit') ?? DEFAULT_ITEMS);
}

const summaryOf = (trace: Trace) => trace.once('answered summary', () => summarize(trace, advise(trace)));

function hotFunctions(trace: Trace, given: Given) {
  const [name, source, language] = [given.text('name'), given.text('source'), given.text('language')];
  const keyOf = timesOf(trace, given.text('by') === 'total');
  const functions = summaryOf(trace)
    .functions.filter(
      (each) =>
        (name === undefined || each.name.includes(name)) &&
        (source === undefined || each.file.includes(source)) &&
        (language === undefined || each.language === language) &&
        keyOf(each) > 0,
    )
    .sort((a, b) => keyOf(b) - keyOf(a));
  return { version: 1, functions };
}

/** What functions are sorted by: CPU time where it is known, else time that passed, else observations. */
function timesOf({ meta, hasCpu }: Trace, isTotal: boolean): (of: FunctionSummary) => number {
  if (meta.mode === 'samples') return (of) => (isTotal ? of.totalSamples : of.samples);
  if (hasCpu) return (of) => (isTotal ? of.totalSeconds : of.selfSeconds);
  return (of) => (isTotal ? of.totalWallSeconds : of.selfWallSeconds);
}

function whatIf(trace: Trace, given: Given): object {
  const numbers = ['chunksize', 'workers', 'cores', 'pool'].flatMap((name) => {
    const value = given.number(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const [name, order, kernel] = ['faster_function', 'order', 'faster_kernel'].map((each) => given.text(each));
  const copies = given.text('without_copies');
  const times = given.number('faster_times') ?? 2;
  const wishes: WhatIfWishes = {
    ...Object.fromEntries(numbers),
    ...(order === 'longest' || order === 'recorded' ? { order } : {}),
    ...(name === undefined ? {} : { faster: [{ name, times }] }),
    ...(kernel === undefined ? {} : { fasterKernel: { name: kernel, times } }),
    ...(copies === 'all' || copies === 'H2D' || copies === 'D2H' ? { withoutCopies: copies } : {}),
    ...(given.flag('overlap_copies') ? { overlapCopies: true } : {}),
    ...(given.flag('pinned') ? { pinned: true } : {}),
    ...(given.flag('free_launches') ? { freeLaunches: true } : {}),
    ...(given.flag('by_reference') ? { byReference: true } : {}),
  };
  return whatIfDocument(trace, whatIfAnswers(trace, wishes));
}

function linesOf(trace: Trace, given: Given) {
  const source = given.text('source') ?? '';
  const metric = given.text('metric');
  const known = ['cpu', 'wall', 'gil-wait', 'gil-held', 'samples'] as const;
  const files = sourceLines(
    trace,
    source,
    known.find((each) => each === metric),
  );
  if (files.length === 0)
    throw new UserError(
      `no line of ${source} was seen in this recording. hot_functions names the files that were.`,
      1,
    );
  return { version: 1, files };
}
