import { expect, test } from '@jest/globals';
import { LiveLog } from '../../../cli/live/log.ts';

function textsOf(log: LiveLog): string[] {
  return log.view().lines.map((line) => line.text);
}

const out = (log: LiveLog, text: string | Buffer): void => log.write(Buffer.from(text), 'stdout');

test('lines come out as they were finished, and an unfinished one is shown too', () => {
  const log = new LiveLog();
  out(log, 'one\ntw');
  expect(textsOf(log)).toEqual(['one', 'tw']);
  out(log, 'o\r\nthree\n');
  expect(textsOf(log)).toEqual(['one', 'two', 'three']);
  expect(log.view().total).toBe(3);
});

test('a progress bar is one line that changes', () => {
  const log = new LiveLog();
  out(log, '  0 %|    |\r 50 %|##  |');
  expect(textsOf(log)).toEqual([' 50 %|##  |']);
  out(log, '\rdone\x1b[K\nnext');
  expect(textsOf(log)).toEqual(['done', 'next']);
  out(log, '\b\btime\ta');
  expect(textsOf(log)).toEqual(['done', 'netime  a']);
});

test('a sequence, or a character, that is cut between chunks is put together', () => {
  const log = new LiveLog();
  const bytes = Buffer.from('\x1b[31mé計\x1b]0;title\x07\x1b[0m!\n');
  for (const byte of bytes) {
    out(log, Buffer.from([byte]));
    log.view();
  }
  expect(textsOf(log)).toEqual(['é計!']);
});

test('bytes that are no text become question marks', () => {
  const log = new LiveLog();
  out(log, Buffer.from([0x61, 0xff, 0xfe, 0x62, 0x00, 0x0a]));
  expect(textsOf(log)).toEqual(['a??b?']);
});

test('the two streams do not mix within a line', () => {
  const log = new LiveLog();
  out(log, 'a half');
  log.write(Buffer.from('an error\n'), 'stderr');
  out(log, ' line\n');
  expect(log.view().lines).toEqual([
    { text: 'a half line', stream: 'stdout' },
    { text: 'an error', stream: 'stderr' },
  ]);
});

test('a child that prints without end costs bounded memory, and every line is counted', () => {
  const log = new LiveLog();
  const chunk = Buffer.from('0123456789abcdef\n'.repeat(3000));
  for (let i = 0; i < 200; i++) {
    out(log, chunk);
    if (i % 50 === 0) log.view();
  }
  const { lines, total } = log.view();
  expect(total).toBe(600000);
  expect(lines.length).toBeLessThanOrEqual(10000);
  out(log, 'x'.repeat(200000));
  expect(textsOf(log).at(-1)?.length).toBeLessThanOrEqual(4096);
});
