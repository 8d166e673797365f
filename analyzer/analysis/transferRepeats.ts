import { DIRECTIONS, type Tables } from '../model/index.ts';
import { ascending } from './ascending.ts';
import { DEVICE_DIRECTIONS } from './deviceWork.ts';

/**
 * Which rows of `transfers` moved what had been moved before: the same buffer of the host, as many bytes, the same content, in the
 * same direction to or from the same device; 1 for such a row. Content is known by a hash of samples of it, so that a repeat is very
 * likely and not certain; where it was not looked at nothing is claimed.
 */
export function transferRepeats({ transfers, lanes }: Pick<Tables, 'transfers' | 'lanes'>): Uint8Array {
  const { buffer, content, direction, device, bytes, lane } = transfers;
  const repeats = new Uint8Array(transfers.length);
  const isOfDevice = Uint8Array.from(DIRECTIONS, (name) =>
    Number(DEVICE_DIRECTIONS.some((each) => each === name)),
  );
  const processOf = (row: number): number => lanes.process[lane[row] as number] as number;
  const isSame = (a: number, b: number): boolean =>
    buffer[a] === buffer[b] &&
    content[a] === content[b] &&
    bytes[a] === bytes[b] &&
    direction[a] === direction[b] &&
    device[a] === device[b] &&
    processOf(a) === processOf(b);
  // Open addressing, at most half full: a slot holds a row of `transfers` and one more, 0 for none.
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * transfers.length + 2)));
  for (const row of ascending(transfers.start)) {
    if (content[row] === 0 || buffer[row] === 0 || isOfDevice[direction[row] as number] !== 1) continue;
    let slot =
      hashOf(buffer[row] as number, content[row] as number, bytes[row] as number) & (slots.length - 1);
    while (slots[slot] !== 0 && !isSame((slots[slot] as number) - 1, row))
      slot = (slot + 1) & (slots.length - 1);
    if (slots[slot] === 0) slots[slot] = row + 1;
    else repeats[row] = 1;
  }
  return repeats;
}

/** The finaliser of MurmurHash3 over the words of the numbers. */
function hashOf(buffer: number, content: number, bytes: number): number {
  let hash = 0;
  for (const word of [buffer, buffer / 4294967296, content, bytes]) {
    hash = Math.imul(hash ^ (word | 0), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash;
}
