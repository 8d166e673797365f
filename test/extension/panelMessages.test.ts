import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fromPanel, toPanel } from '../../webview/panelMessages.ts';

test('what the page asks arrives as it was asked', () => {
  expect(fromPanel({ kind: 'ready' })).toEqual({ kind: 'ready' });
  const place = { file: '/w/app.py', line: 12 };
  expect(fromPanel({ kind: 'reveal', place })).toEqual({ kind: 'reveal', place, follows: false });
  expect(fromPanel({ kind: 'reveal', place, follows: true })).toMatchObject({ follows: true });
  const bytes = new Uint8Array([1, 2]);
  expect(fromPanel({ kind: 'save', file: { name: 'flame.svg', type: 'image/svg+xml', bytes } })).toEqual({
    kind: 'save',
    file: { name: 'flame.svg', type: 'image/svg+xml', bytes },
  });
});

test('a name to save under holds no folder', () => {
  const bytes = new Uint8Array(1);
  for (const [name, kept] of [
    ['../../.bashrc', '.bashrc'],
    ['C:\\Windows\\x.dll', 'x.dll'],
    ['a/', 'perfscope'],
  ]) {
    const message = fromPanel({ kind: 'save', file: { name, type: 'text/plain', bytes } });
    expect(message).toMatchObject({ file: { name: kept } });
  }
});

test('a place is a file and a line, and nothing else is', () => {
  for (const place of [
    null,
    {},
    { file: '', line: 1 },
    { file: 'a.py', line: -1 },
    { file: 'a.py', line: 1.5 },
    { file: 'a.py', line: '1' },
    { file: ['a.py'], line: 1 },
    { file: 'a'.repeat(5000), line: 1 },
  ])
    expect(fromPanel({ kind: 'reveal', place })).toBeNull();
});

test('bytes are an array of bytes on both sides', () => {
  const bytes = new Uint8Array([80, 75]);
  expect(toPanel({ kind: 'recording', name: 'run.perfscope', bytes })).toEqual({
    kind: 'recording',
    name: 'run.perfscope',
    bytes,
  });
  for (const wrong of [{ ...bytes }, [80, 75], 'PK', bytes.buffer])
    expect(toPanel({ kind: 'recording', name: 'run.perfscope', bytes: wrong })).toBeNull();
});

test('advice may be absent but not shapeless', () => {
  expect(toPanel({ kind: 'advice', advice: null })).toEqual({ kind: 'advice', advice: null });
  expect(toPanel({ kind: 'advice', advice: {} })).toBeNull();
  expect(toPanel({ kind: 'advice', advice: 'none' })).toBeNull();
});

test('any other value is no message', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(fromPanel({ kind: value })).toBeNull();
      expect(toPanel(value)).toBeNull();
    }),
  );
});
