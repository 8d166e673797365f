/** Numbers as a person reads them: three significant digits and a unit. */
const TIMES = [
  [60, 1, 's'],
  [1, 1, 's'],
  [1e-3, 1e-3, 'ms'],
  [1e-6, 1e-6, 'us'],
] as const;

export function seconds(value: number): string {
  if (value >= 60) {
    const minutes = Math.floor(value / 60);
    return `${minutes} min ${Math.floor(value - minutes * 60)} s`;
  }
  const shown = rounded(value);
  for (const [from, unit, name] of TIMES) if (shown >= from) return `${significant(value / unit)} ${name}`;
  return value > 0 ? `${Math.round(value * 1e9)} ns` : '0 s';
}

export function bytes(value: number): string {
  const names = ['B', 'KB', 'MB', 'GB', 'TB'];
  let at = 0;
  let rest = value;
  while (rounded(rest) >= 1000 && at < names.length - 1) {
    rest /= 1000;
    at++;
  }
  return `${at === 0 ? Math.round(rest) : significant(rest)} ${names[at]}`;
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value >= 10 || value === 0 ? Math.round(value) : value.toFixed(1)} %`;
}

export function significant(value: number): string {
  const shown = rounded(value);
  if (shown >= 100) return value.toFixed(0);
  return shown >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** What three digits make of a value: 99.97 is shown as 100, so it takes the unit and the digits of 100. */
const rounded = (value: number): number => Number(value.toPrecision(3));

/** `1 process`, `2 processes`: the plural is given where it is not the word and an s. */
export function count(value: number, word: string, plural = `${word}s`): string {
  return `${value.toLocaleString('en-US')} ${value === 1 ? word : plural}`;
}
