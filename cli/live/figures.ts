/** `00:12.4`, `1:02:03`: tenths while they can be read. */
export function clock(seconds: number): string {
  const tenths = Math.max(0, Math.floor(seconds * 10 + 1e-6));
  const whole = Math.floor(tenths / 10);
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
  return `${two(minutes)}:${two(whole % 60)}.${tenths % 10}`;
}

/** A share from 0 to 1 as `24 %`; what is there but rounds to nothing is `<1 %`. */
export function percent(share: number): string {
  if (share > 0 && share < 0.005) return '<1 %';
  return `${Math.round(share * 100)} %`;
}

/** Seconds of CPU in three digits or so: `0.42 s`, `12.4 s`, `3 min 20 s`, `2 h 05 min`. */
export function duration(nanos: number): string {
  const seconds = nanos / 1e9;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600)
    return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`;
  return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')} min`;
}

const SPANS = [
  [1e3, 1, 'ns'],
  [1e6, 1e3, 'us'],
  [1e9, 1e6, 'ms'],
  // Minutes with a decimal would be seven cells.
  [600e9, 1e9, 's'],
  [3600e9, 60e9, 'min'],
] as const;

/** Nanos of something short or long in six cells: `812 us`, `4.6 ms`, `12 s`, `59 min`, `2.5 h`. */
export function span(nanos: number): string {
  for (const [below, one, unit] of SPANS) {
    // What would be rounded up to the next unit is written in it.
    if (nanos < below - one / 2) return `${one === 1 ? Math.round(nanos) : shortly(nanos / one)} ${unit}`;
  }
  return `${shortly(nanos / 3600e9)} h`;
}

const shortly = (value: number): string => value.toFixed(value < 9.95 ? 1 : 0);

/** A number of things in five cells: `0.8`, `85`, `12345`, `1.2M`. Groups of digits would run into the next column. */
export function compact(value: number): string {
  if (value < 9.95) return Number.isInteger(value) ? `${value}` : value.toFixed(1);
  if (value < 99_999.5) return value.toFixed(0);
  let rest = value / 1000;
  let unit = 0;
  while (rest >= 999.5 && unit < 3) {
    rest /= 1000;
    unit++;
  }
  return `${shortly(rest)}${'kMGT'[unit]}`;
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Decimal units: `3.1 GB`. */
export function volume(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[unit]}`;
}

/** A number with its unit, as a counter has it. */
export function quantity(value: number, unit: string): string {
  if (unit === 'B') return volume(value);
  const digits =
    Math.abs(value) >= 10 || Number.isInteger(value)
      ? Math.round(value).toString()
      : value.toFixed(1).replace(/^-?0\.0$/, '0');
  return unit === '' ? digits : `${digits} ${unit}`;
}

/** `1 204`: groups of three, for numbers that are read and not compared. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');
}
