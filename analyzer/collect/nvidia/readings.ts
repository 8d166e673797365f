/** What is asked of each GPU: the field's name in nvidia-smi, the counter's, and what to multiply by for the counter's unit. */
const QUANTITIES = [
  ['utilization.gpu', 'utilisation (%)', 1],
  ['memory.used', 'memory used (B)', 2 ** 20],
  ['power.draw', 'power (W)', 1],
  ['temperature.gpu', 'temperature (C)', 1],
  ['clocks.sm', 'SM clock (Hz)', 1e6],
] as const;

/** Milliseconds between two readings; the driver itself averages utilisation over some 200. */
export const PERIOD_MS = 500;

export const QUERY: readonly string[] = [
  `--query-gpu=timestamp,index,${QUANTITIES.map(([field]) => field).join(',')}`,
  '--format=csv,noheader,nounits',
  '-lms',
  String(PERIOD_MS),
];

/** What one line says of one GPU. `written`: Nanos by nvidia-smi's own clock, which is local time from an unknown zero; null when unknown. */
export interface Reading {
  readonly written: number | null;
  readonly values: readonly { readonly counter: string; readonly value: number }[];
}

const TIME = /^(\d{4})\/(\d{2})\/(\d{2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,3}))?$/;
/** Not `Number`: an empty field or `[N/A]` is no reading, and neither is `0x10`. */
const NUMBER = /^-?\d+(?:\.\d+)?$/;
/** More than any machine has. */
const MOST_GPUS = 1024;

/** Null for a line that is none of nvidia-smi's answers. What a GPU cannot tell (`[N/A]`) is left out. */
export function readingOf(line: string): Reading | null {
  const [time = '', index = '', ...fields] = line.split(',').map((field) => field.trim());
  if (!/^\d{1,4}$/.test(index) || Number(index) >= MOST_GPUS || fields.length !== QUANTITIES.length)
    return null;
  const values = QUANTITIES.flatMap(([, name, unit], i) => {
    const field = fields[i] as string;
    return NUMBER.test(field)
      ? [{ counter: `GPU ${Number(index)} ${name}`, value: Number(field) * unit }]
      : [];
  });
  return { written: writtenAt(time), values };
}

function writtenAt(text: string): number | null {
  const match = TIME.exec(text);
  if (!match) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const milliseconds = Number((match[7] ?? '0').padEnd(3, '0'));
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds) * 1e6;
}
