import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../analyzer/model/index.ts';
import { recordTask, taskArguments } from '../../extension/tasks/definition.ts';

/** A variable of the editor, as `tasks.json` has it. */
const variable = (name: string) => `\${${name}}`;
const commandOf = (command: unknown, more: object = {}) =>
  recordTask({ type: 'perfscope', command, ...more }).command;
const refuses = (definition: object) => {
  try {
    recordTask({ type: 'perfscope', command: 'python3 app.py', ...definition });
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return null;
};

describe('the command of a task', () => {
  test('is a line of words, or a list of them, and arguments follow', () => {
    expect(commandOf('python3 "my app.py" -n 3')).toEqual(['python3', 'my app.py', '-n', '3']);
    expect(commandOf(['python3', 'my app.py'], { args: ['-n', '3'] })).toEqual([
      'python3',
      'my app.py',
      '-n',
      '3',
    ]);
  });

  test('keeps variables of the editor as they are, and needs no shell for them', () => {
    expect(
      commandOf(
        `${variable('command:python.interpreterPath')} ${variable('file')} -o ${variable('fileDirname')}/out`,
      ),
    ).toEqual([
      variable('command:python.interpreterPath'),
      variable('file'),
      '-o',
      `${variable('fileDirname')}/out`,
    ]);
  });

  test('is given to a shell where only one understands it', () => {
    expect(commandOf(`python3 app.py | tee ${variable('workspaceFolder')}/log`)).toEqual([
      '/bin/sh',
      '-c',
      `python3 app.py | tee ${variable('workspaceFolder')}/log`,
    ]);
  });
});

test('what is wrong in a definition is said in a sentence that names it', () => {
  expect(refuses({})).toBeNull();
  expect(refuses({ command: ' ' })).toContain('"command"');
  expect(refuses({ command: [] })).toContain('"command"');
  expect(refuses({ command: ['python3', 3] })).toContain('"command"');
  expect(refuses({ args: 'x' })).toContain('"args"');
  expect(refuses({ rate: -1 })).toContain('"rate"');
  expect(refuses({ rate: 1e6 })).toContain('"rate"');
  expect(refuses({ rate: '100' })).toContain('"rate"');
  expect(refuses({ mode: 'heap' })).toContain('"mode"');
});

test('the recorder is told mode, rate and where to write, before the command', () => {
  const task = recordTask({ command: 'python3 app.py', mode: 'gil', rate: 250 });
  expect(taskArguments(task, '/w/run.perfscope')).toEqual([
    'record',
    '-m',
    'gil',
    '--no-live',
    '-q',
    '-o',
    '/w/run.perfscope',
    '-r',
    '250',
    '--',
    'python3',
    'app.py',
  ]);
  const plain = recordTask({ command: 'python3 app.py', output: '/w/mine.perfscope' });
  expect(taskArguments(plain, '/w/run.perfscope')).toEqual([
    'record',
    '--no-live',
    '-q',
    '-o',
    '/w/mine.perfscope',
    '--',
    'python3',
    'app.py',
  ]);
});
