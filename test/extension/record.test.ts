import { expect, test } from '@jest/globals';
import { freeName, recorderArguments, recordingName, wordsOf } from '../../extension/record/commandLine.ts';
import { recorderEnvironment } from '../../extension/record/environment.ts';
import { lineByLine } from '../../extension/record/typing.ts';
import { sinceThen } from '../../extension/trees/since.ts';

test('a program is recorded without a live view, which needs a terminal, and its words stay its own', () => {
  const target = { command: ['python3', '/w/app.py', '-o', 'x'] };
  expect(recorderArguments({ target, output: '/w/r.perfscope', rate: 0 })).toEqual([
    'record',
    '--no-live',
    '-q',
    '-o',
    '/w/r.perfscope',
    '--',
    'python3',
    '/w/app.py',
    '-o',
    'x',
  ]);
  expect(recorderArguments({ target, output: 'r', rate: 500 })).toContain('-r');
  expect(recorderArguments({ target: { pid: 812 }, output: 'r', rate: 0 })).toEqual([
    'attach',
    '-p',
    '812',
    '-q',
    '-o',
    'r',
  ]);
});

test('plain words need no shell, and quotes hold them together', () => {
  expect(wordsOf(' python3 app.py --rounds 10 ')).toEqual(['python3', 'app.py', '--rounds', '10']);
  expect(wordsOf(`node "a b.js" 'c d'`)).toEqual(['node', 'a b.js', 'c d']);
  expect(wordsOf('app ""')).toEqual(['app', '']);
});

test('what only a shell understands is given to one', () => {
  for (const line of [
    'a | b',
    'N=1 app',
    'app > out',
    'app $HOME',
    'app *.txt',
    `echo it's`,
    'a && b',
    'app ~/x',
  ])
    expect(wordsOf(line)).toEqual(['/bin/sh', '-c', line]);
  expect(() => wordsOf('  ')).toThrow('no command given');
});

test('a recording is named after the program, by letters that every file system takes', () => {
  expect(recordingName('/w/app.py')).toBe('app');
  expect(recordingName('server.test.mjs')).toBe('server.test');
  expect(recordingName('my prog!')).toBe('my-prog');
  expect(recordingName('../..')).toBe('run');
  expect(recordingName('')).toBe('run');
});

test('nothing is overwritten, also no spool of an interrupted run', () => {
  const taken = new Set(['app.perfscope', 'app-2.perfscope.spool']);
  expect(freeName('app', (file) => taken.has(file))).toBe('app-3.perfscope');
  expect(freeName('other', (file) => taken.has(file))).toBe('other.perfscope');
});

test('a program does not see what the editor set for itself', () => {
  const editor = {
    PATH: '/bin',
    VSCODE_PID: '1',
    ELECTRON_RUN_AS_NODE: '1',
    HOME: '/root',
    EMPTY: undefined,
  };
  expect(recorderEnvironment(editor, false)).toEqual({ PATH: '/bin', HOME: '/root' });
  expect(recorderEnvironment(editor, true)).toEqual({
    PATH: '/bin',
    HOME: '/root',
    ELECTRON_RUN_AS_NODE: '1',
  });
});

test('what is typed comes line by line, echoed, and can be taken back', () => {
  const heard: string[] = [];
  let echoed = '';
  const typed = lineByLine(
    {
      onLine: (text) => heard.push(text),
      onEndOfInput: () => heard.push('end'),
      onInterrupt: () => heard.push('interrupt'),
    },
    (text) => {
      echoed += text;
    },
  );
  typed('ab\x7fc\r');
  typed('x\x04\r\x04\x03\x1b');
  expect(heard).toEqual(['ac\n', 'x\n', 'end', 'interrupt']);
  expect(echoed).toBe('ab\b \bc\r\nx\r\n^C\r\n');
});

test('how long ago is said as coarsely as it matters', () => {
  const minute = 60_000;
  expect([0, 59 * minute, 61 * minute, 25 * 60 * minute, 50 * 60 * minute].map(sinceThen)).toEqual([
    'just now',
    '59 min ago',
    '1 h ago',
    'yesterday',
    '2 days ago',
  ]);
});
