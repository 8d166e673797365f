const CONTINUES = 0x40;
const VALUE_BITS = 0x3f;

/**
 * How many values are sure to lie on the stack of a frame at each code unit, from the code's exception table (3.11 and
 * later, `Objects/exception_handling_notes.txt` of CPython): 0 where no handler covers the unit.
 *
 * An entry is four numbers, start, length, target and `depth << 1 | flag`, in groups of six bits, highest first. `depth` is
 * the height to which the stack is cut back before the handler runs, so what lies below is in use; above it there may be
 * remains of anything. Damaged bytes give entries that are wrong or left out, and never an error.
 */
export function protectedDepths(table: Uint8Array, units: number): Uint16Array {
  const depths = new Uint16Array(units);
  let at = 0;
  const next = (): number => {
    let value = 0;
    while (at < table.length) {
      const byte = table[at++] as number;
      value = value * 64 + (byte & VALUE_BITS);
      if ((byte & CONTINUES) === 0) break;
    }
    return value;
  };
  while (at < table.length) {
    const start = next();
    const length = next();
    next();
    const depth = Math.floor(next() / 2);
    if (start < units) depths.fill(Math.min(depth, 0xffff), start, Math.min(units, start + length));
  }
  return depths;
}
