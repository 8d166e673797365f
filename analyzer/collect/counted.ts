/** A number with the word for what it counts, for sentences: `1 process`, `2 processes`. */
export const count = (number: number, one: string, many: string): string =>
  `${number} ${number === 1 ? one : many}`;
