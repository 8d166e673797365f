/**
 * Numbers as a reader wants them: three significant digits, a unit of the right size, a no-break space before it.
 */
const NO_BREAK = '\u00a0';
const THIN = '\u202f';

/** Three significant digits without an exponent: 1.24, 12.4, 124, 1240. */
function significant(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.95) return String(Math.round(value));
  return value.toFixed(size >= 9.995 ? 1 : 2);
}

/** For volumes, rates and the like, which are often round by nature: 83 and not 83.0. */
const round = (value: number): string => significant(value).replace(/\.0+$/, '');

const inUnit = (value: number, unit: string): string => `${round(value)}${NO_BREAK}${unit}`;
const measured = (value: number, unit: string): string => `${significant(value)}${NO_BREAK}${unit}`;

/** Nanos as `412 ns`, `83.1 ms`, `1.24 s`, `2 min 04 s`, `1 h 02 min`. */
export function duration(nanos: number): string {
  if (!Number.isFinite(nanos)) return 'unknown';
  const size = Math.abs(nanos);
  if (size === 0) return `0${NO_BREAK}s`;
  if (size < 999.5) return measured(nanos, 'ns');
  if (size < 999.5e3) return measured(nanos / 1e3, 'µs');
  if (size < 999.5e6) return measured(nanos / 1e6, 'ms');
  if (size < 119.5e9) return measured(nanos / 1e9, 's');
  const sign = nanos < 0 ? '-' : '';
  const seconds = Math.round(size / 1e9);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (seconds < 3600)
    return `${sign}${Math.floor(seconds / 60)}${NO_BREAK}min${NO_BREAK}${two(seconds % 60)}${NO_BREAK}s`;
  const minutes = Math.round(seconds / 60);
  return `${sign}${Math.floor(minutes / 60)}${NO_BREAK}h${NO_BREAK}${two(minutes % 60)}${NO_BREAK}min`;
}

/** A ratio as `62 %`, `4.3 %`, `0.2 %`, `<0.1 %`; `0 %` only for nothing, `100 %` only for everything. */
export function percent(ratio: number): string {
  if (!Number.isFinite(ratio)) return 'unknown';
  const value = ratio * 100;
  if (value === 0) return `0${NO_BREAK}%`;
  if (value > 0 && value < 0.1) return `<0.1${NO_BREAK}%`;
  if (Math.abs(value) < 9.95) return `${value.toFixed(1)}${NO_BREAK}%`;
  if (value >= 99.5 && value < 100) return `>99${NO_BREAK}%`;
  return `${Math.round(value)}${NO_BREAK}%`;
}

/** Decimal units, as disks, networks and copies are measured: `83 MB`, `1.24 GB`. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let size = value;
  let unit = 0;
  while (Math.abs(size) >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return inUnit(size, units[unit] as string);
}

export const bytesPerSecond = (value: number): string => `${bytes(value)}/s`;

/** `12 345` with thin spaces. */
export const count = (value: number): string =>
  String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, THIN);

/** `1 lane`, `12 345 lanes`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)}${NO_BREAK}${value === 1 ? one : many}`;

/** A number of cores: `0.40`, `32.6`, `<0.01`. */
export const inCores = (value: number): string =>
  value > 0 && value < 0.005 ? '<0.01' : value.toFixed(value < 9.995 ? 2 : 1);

export const hertz = (value: number): string => inUnit(value, 'Hz');

/** A value of a counter in the unit that its lane names. */
export function quantity(value: number, unit: string): string {
  if (unit === '%') return percent(value / 100);
  if (unit === 'B') return bytes(value);
  if (unit === 'B/s') return bytesPerSecond(value);
  if (unit === 'ns') return duration(value);
  return unit === '' ? round(value) : inUnit(value, unit);
}

/**
 * An instant as a label of an axis whose ticks are `step` Nanos apart and reach up to `largest`: one unit for all, and
 * only the digits that differ.
 */
export function tick(nanos: number, step: number, largest = nanos): string {
  if (nanos === 0) return '0';
  const [unit, size] =
    largest >= 0.9995e9
      ? (['s', 1e9] as const)
      : largest >= 0.9995e6
        ? (['ms', 1e6] as const)
        : largest >= 999.5
          ? (['µs', 1e3] as const)
          : (['ns', 1] as const);
  const digits = Math.max(0, Math.ceil(-Math.log10(step / size) - 1e-9));
  return `${(nanos / size).toFixed(Math.min(9, digits))}${NO_BREAK}${unit}`;
}

/**
 * A name for the eye. Control characters and those that turn the direction of text become visible, so that a hostile name
 * can neither hide nor rearrange what stands beside it.
 */
export const visible = (name: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass.
  name.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, '\ufffd');

/** The last part of a path. */
export const baseName = (path: string): string => path.split(/[/\\]/).at(-1) || path;

/** `file:line` with the file's last part; empty when there is no source. */
export const place = (file: string, line: number): string =>
  file === '' ? '' : line > 0 ? `${baseName(file)}:${line}` : baseName(file);
