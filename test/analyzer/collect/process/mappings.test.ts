import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { mappedPlace } from '../../../../analyzer/collect/process/mappings.ts';

const maps = readFileSync('/proc/self/maps', 'utf8');
const line = (pattern: RegExp): string[] => pattern.exec(maps)?.slice(1) ?? [];

test('memory that is mapped from a file has the place of its byte in the file', () => {
  const [start = '', offset = '', device = '', inode = ''] = line(
    /^([0-9a-f]+)-\S+ \S+ (?!0{8})([0-9a-f]+) (\S+) ([1-9]\d*) /m,
  );
  const address = Number.parseInt(start, 16);
  expect(mappedPlace(process.pid, address + 24)).toBe(
    `${device}:${inode}:${Number.parseInt(offset, 16) + 24}`,
  );
});

test('memory without a file, an address that is not mapped and a process that is gone have none', () => {
  const [stack = ''] = line(/^([0-9a-f]+)-.*\[stack\]/m);
  expect(stack).not.toBe('');
  expect(mappedPlace(process.pid, Number.parseInt(stack, 16))).toBeNull();
  expect(mappedPlace(process.pid, 4096)).toBeNull();
  expect(mappedPlace(2 ** 30, Number.parseInt(stack, 16))).toBeNull();
});
