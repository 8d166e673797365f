/**
 * The three ways in which CPython has stored which line an instruction belongs to. Each is decoded whole, into a line for
 * every code unit (two bytes of bytecode), 0 for instructions without a line. Any bytes are safe to pass.
 */

/** Decodes the table of a code object of CPython 3.`minor` with `units` code units. */
export function decodeLines(minor: number, table: Uint8Array, firstLine: number, units: number): Int32Array {
  const lines = new Int32Array(units);
  if (minor >= 11) decodeLocations(table, firstLine, lines);
  else if (minor === 10) decodeLineRanges(table, firstLine, lines);
  else decodeLineSteps(table, firstLine, lines);
  return lines;
}

const signed = (byte: number): number => (byte << 24) >> 24;

/**
 * Up to 3.9 (`co_lnotab`): pairs of bytes, an unsigned step in bytes of bytecode and a signed step in lines. The line
 * changes where the step in bytecode ends.
 */
function decodeLineSteps(table: Uint8Array, firstLine: number, lines: Int32Array): void {
  let line = firstLine;
  let unit = 0;
  let address = 0;
  for (let i = 0; i + 1 < table.length && unit < lines.length; i += 2) {
    address += table[i] as number;
    for (const end = address >> 1; unit < end && unit < lines.length; unit++) lines[unit] = line;
    line += signed(table[i + 1] as number);
  }
  lines.fill(line, unit);
}

/**
 * 3.10 (`co_linetable`): pairs of bytes, the length of a range in bytes of bytecode and a signed step in lines that
 * applies to this range; -128 marks a range without a line.
 */
function decodeLineRanges(table: Uint8Array, firstLine: number, lines: Int32Array): void {
  let line = firstLine;
  let unit = 0;
  for (let i = 0; i + 1 < table.length && unit < lines.length; i += 2) {
    const step = signed(table[i + 1] as number);
    if (step !== -128) line += step;
    const end = Math.min(lines.length, unit + ((table[i] as number) >> 1));
    if (step !== -128) lines.fill(line, unit, end);
    unit = end;
  }
}

/**
 * From 3.11 (`co_linetable`, PEP 657): entries whose first byte holds a code in bits 3 to 6 and the length in code units,
 * less one, in bits 0 to 2. Numbers are in groups of six bits, lowest first, bit 6 set when more follow; a signed number
 * has its sign in the lowest bit.
 *
 *     code 0-9   columns in one more byte, same line      code 13  signed line step
 *     code 10-12 line step 0-2, columns in two bytes      code 14  signed line step, end line and columns
 *                                                         code 15  no line
 */
function decodeLocations(table: Uint8Array, firstLine: number, lines: Int32Array): void {
  let line = firstLine;
  let unit = 0;
  let at = 0;
  const number = (): number => {
    let value = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = table[at++] ?? 0;
      value |= (byte & 63) << shift;
      shift += 6;
    } while (byte & 64);
    return value >>> 0;
  };
  const step = (): number => {
    const value = number();
    return value & 1 ? -(value >>> 1) : value >>> 1;
  };
  while (at < table.length && unit < lines.length) {
    const first = table[at++] as number;
    const code = (first >> 3) & 15;
    const end = Math.min(lines.length, unit + (first & 7) + 1);
    if (code === 14) {
      line += step();
      number();
      number();
      number();
    } else if (code === 13) line += step();
    else if (code >= 10 && code <= 12) {
      line += code - 10;
      at += 2;
    } else if (code < 10) at++;
    if (code !== 15) lines.fill(line, unit, end);
    unit = end;
  }
}
