import type { WhatIfQuestion } from './answers.ts';

/** What a tool was given. A language model wrote it, so every part is checked; what is wrong is left out. */
export interface ToolInput {
  /** A recording by its path in the workspace, or its name; null for the one in front, else the newest. */
  readonly recording: string | null;
  readonly limit: number | null;
  readonly own: boolean;
  readonly question: WhatIfQuestion;
}

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};
const number = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

export function toolInput(value: unknown): ToolInput {
  const given = fields(value);
  const { recording, limit, own, order, byReference } = given;
  const faster = fields(given.faster);
  const times = number(faster.times);
  const numbers = Object.fromEntries(
    (['pool', 'chunksize', 'workers', 'cores'] as const).flatMap((name) => {
      const its = number(given[name]);
      return its === null ? [] : [[name, its]];
    }),
  );
  return {
    recording: typeof recording === 'string' && recording !== '' ? recording : null,
    limit: number(limit),
    own: own === true,
    question: {
      ...numbers,
      ...(order === 'longest' && { order }),
      ...(typeof faster.function === 'string' &&
        times !== null && { faster: { function: faster.function, times } }),
      ...(byReference === true && { byReference }),
    },
  };
}
