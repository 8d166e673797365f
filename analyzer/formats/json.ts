/** What JSON from a stranger may hold, with what is not what it should be as the absence of a value. */
export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const stringOf = (value: unknown, otherwise = ''): string =>
  typeof value === 'string' ? value : otherwise;

/** A finite number, also one that is written as text; NaN for anything else. */
export const numberOf = (value: unknown): number => {
  const number = typeof value === 'string' && value.length < 64 ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : Number.NaN;
};

/** A whole number that a column of 32 bits can hold; 0 for anything else. */
export const u32Of = (value: unknown): number => {
  const number = numberOf(value);
  return Number.isInteger(number) && number >= 0 && number < 2 ** 32 ? number : 0;
};
