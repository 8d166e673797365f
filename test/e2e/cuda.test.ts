import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Tables } from '../../analyzer/model/index.ts';
import { openRecording } from '../../analyzer/recording/open.ts';
import { compileFake, type Fake, hasCompiler } from '../harness/cuda/fake.ts';
import { PYTHON, perfscope, ROOT, record, run, temporaryFolder } from '../harness/perfscope.ts';

/** The built perfscope records programs that use a CUDA without a device. */
const folder = temporaryFolder();
afterAll(folder.remove);
const TRAINING = join(ROOT, 'test/harness/cuda/training.py');
const describeWithCompiler = hasCompiler('cc') ? describe : describe.skip;

/** Every interpreter with a GIL that is here and that stacks can be taken of, by version. */
const exactPythons: [string, string][] = (() => {
  const versions = join(homedir(), '.pyenv/versions');
  const names = existsSync(versions) ? readdirSync(versions) : [];
  const known = names.filter((name) => /^3\.(?:8|9|1[0-4])\.\d+$/.test(name)).sort();
  return [
    ['PATH', PYTHON],
    ...known.map((name): [string, string] => [name, join(versions, name, 'bin/python3')]),
  ];
})();

/** Names of the functions of a stack, the innermost first. */
function functionsOf({ stacks, frames, strings }: Tables, stack: number): string[] {
  const names: string[] = [];
  for (let at = stack; at >= 0; at = stacks.parent[at] as number)
    names.push(strings.value[frames.name[stacks.frame[at] as number] as number] as string);
  return names;
}

describeWithCompiler('a CUDA program', () => {
  let fake: Fake;
  let environment: NodeJS.ProcessEnv;
  beforeAll(() => {
    fake = compileFake(folder.path);
    environment = { ...process.env, PERFSCOPE_CUPTI: fake.cupti };
  });
  const recorded = (
    command: readonly string[],
    flags: readonly string[] = [],
    more: NodeJS.ProcessEnv = {},
  ) => record(folder.path, flags, command, { environment: { ...environment, ...more } });
  const healthOf = (file: string) => openRecording(file).meta.collectors.find(({ id }) => id === 'cuda');

  test('of Python is recorded with each kernel below the function that launched it', async () => {
    // Launches last for long enough to be seen.
    const lasting = { FAKE_CUPTI_LAUNCH_NS: '20000' };
    const { ended, file } = await recorded([PYTHON, TRAINING, '6', 'threads'], ['-r', '200'], lasting);
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    const [forward, backward, other] = ended.stdout.trim().split(' ').map(Number);
    const { tables, meta } = openRecording(file);
    const { kernels, strings, lanes, transfers } = tables;
    const name = (row: number): string => strings.value[kernels.name[row] as number] as string;
    const rows = [...Array(kernels.length).keys()];
    const counts = ['forward', 'backward', 'other'].map(
      (each) => rows.filter((row) => name(row) === `${each}(float*)`).length,
    );
    expect(counts).toEqual([forward, backward, other]);
    // A phase lasts for ten samples; what is launched at its ends may be taken for the neighbour's.
    const right = rows.filter((row) =>
      functionsOf(tables, kernels.stack[row] as number).includes(name(row).replace('(float*)', '')),
    );
    expect(right.length / rows.length).toBeGreaterThan(0.85);
    const isSound = (row: number): boolean => {
      const certainty = kernels.certainty[row] as number;
      return (kernels.stack[row] as number) < 0 ? certainty === 0 : certainty >= 1 && certainty <= 99;
    };
    expect(rows.every(isSound)).toBe(true);
    const threads = new Set(rows.map((row) => lanes.name[kernels.callLane[row] as number]));
    expect(threads.size).toBeGreaterThan(1);
    expect(
      rows.every(
        (row) =>
          lanes.process[kernels.callLane[row] as number] === lanes.process[kernels.lane[row] as number],
      ),
    ).toBe(true);
    expect(transfers.length).toBe(6);
    expect(new Set(transfers.content).size).toBe(1);
    expect(rows.every((row) => (kernels.start[row] as number) > (kernels.callStart[row] as number))).toBe(
      true,
    );
    const { start, end } = meta.clock;
    expect(
      rows.every(
        (row) => (kernels.start[row] as number) > start - 1e9 && (kernels.end[row] as number) < end + 1e9,
      ),
    ).toBe(true);
  });

  test.each(exactPythons)(
    'of %s has each kernel exactly below its launch, with --gpu-stacks',
    async (_name, python) => {
      const { ended, file } = await recorded(
        [python, TRAINING, '2', 'threads'],
        ['--gpu-stacks', '-r', '20'],
      );
      expect([ended.code, ended.stderr]).toEqual([0, '']);
      const { tables } = openRecording(file);
      const { kernels, strings, transfers } = tables;
      const expected: Readonly<Record<string, string>> = {
        'forward(float*)': 'launch phase forward main <module>',
        'backward(float*)': 'launch phase backward main <module>',
        'other(float*)': 'launch phase other',
      };
      const wrong = [...kernels.name].filter((row, i) => {
        const name = strings.value[row] as string;
        const functions = functionsOf(tables, kernels.stack[i] as number).join(' ');
        return !functions.startsWith(expected[name] ?? '?') || kernels.certainty[i] !== 100;
      });
      expect([kernels.length > 1000, wrong]).toEqual([true, []]);
      expect([...transfers.certainty]).toEqual([100, 100]);
      expect(healthOf(file)?.warnings).toEqual([]);
    },
  );

  test('without Python has no exact stacks, which is said', async () => {
    const { ended, file } = await recorded([fake.program, 'launch:5', 'sync', 'exit:4'], ['--gpu-stacks']);
    expect(ended.code).toBe(4);
    expect(openRecording(file).tables.kernels.length).toBe(5);
    expect(healthOf(file)?.warnings.join()).toContain('nearest samples');
  });

  test('and its end are as without perfscope', async () => {
    for (const words of [
      ['launch:100', 'sync', 'exit:7'],
      ['launch:9', 'term'],
      ['launch:9', 'sleep:50', 'kill'],
      ['launch:5', 'fork', '_exit:4'],
    ]) {
      const alone = await run(fake.program, words, { environment });
      const { ended } = await recorded([fake.program, ...words]);
      const code = alone.code ?? { SIGTERM: 143, SIGKILL: 137 }[alone.signal as string];
      expect([ended.code, ended.stdout, ended.stderr]).toEqual([code, alone.stdout, alone.stderr]);
    }
  });

  test('that profiles itself by PyTorch gets what it would get alone, and is recorded before and after', async () => {
    const command = [PYTHON, join(ROOT, 'test/harness/cuda/profiled.py')];
    const alone = await run(command[0] as string, command.slice(1), { environment });
    // The profile of the CPU alone subscribes, too: it finds CUPTI free only where perfscope leaves it.
    const { ended, file } = await recorded(command, [], { PERFSCOPE_CUDA_COPIES: '0' });
    expect([ended.code, ended.stdout, ended.stderr]).toEqual([0, alone.stdout, alone.stderr]);
    const { kernels, strings } = openRecording(file).tables;
    const counts = new Map<string, number>();
    for (const row of kernels.name) {
      const name = strings.value[row] as string;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    expect(Object.fromEntries(counts)).toEqual({ before: 30, cpu_only: 20, after: 50 });
    expect(healthOf(file)?.warnings.join()).toContain('a profiler inside the program');
  });

  test('in several processes has a device and a lane in each', async () => {
    const script = `${fake.program} launch:300 sync & ${fake.program} launch:200 sync exec launch:50 sync; wait`;
    const { file } = await recorded(['sh', '-c', script]);
    const { kernels, lanes, devices } = openRecording(file).tables;
    expect(kernels.length).toBeGreaterThanOrEqual(350);
    expect(new Set([...kernels.lane].map((lane) => lanes.process[lane])).size).toBe(2);
    expect(new Set([...kernels.device].map((device) => devices.process[device])).size).toBe(2);
    expect(healthOf(file)?.figures.processes).toBe(3);
  });

  test('is recorded without --no-children only', async () => {
    const { file } = await recorded(['sh', '-c', `${fake.program} launch:30 sync; true`], ['--no-children']);
    expect(openRecording(file).tables.kernels.length).toBe(0);
  });

  test('is left alone by --no-gpu, and where the user has another tool', async () => {
    const show = ['sh', '-c', 'echo "$CUDA_INJECTION64_PATH $PERFSCOPE_CUDA_DIR"'];
    expect((await recorded(show, ['--no-gpu'])).ended.stdout).toBe(' \n');
    const { ended, file } = await recorded(show, [], { CUDA_INJECTION64_PATH: '/other/tool.so' });
    expect(ended.stdout).toBe('/other/tool.so \n');
    const health = healthOf(file);
    expect([health?.status, health?.warnings.join()]).toEqual([
      'unavailable',
      expect.stringContaining('/other/tool.so'),
    ]);
  });

  test('is not recorded without a C compiler, which is said with what to do', async () => {
    const cache = join(folder.path, 'empty-cache');
    const { ended, file } = await recorded([fake.program, 'launch:3', 'sync'], [], {
      PATH: '/nonexistent',
      XDG_CACHE_HOME: cache,
    });
    expect(ended.code).toBe(0);
    expect(healthOf(file)).toMatchObject({
      status: 'unavailable',
      warnings: [expect.stringContaining('gcc')],
    });
  });

  test('that runs for long leaves no files behind, and what was read is removed meanwhile', async () => {
    const temporary = join(folder.path, 'temporary');
    mkdirSync(temporary);
    const { file } = await recorded([fake.program, 'launch:400000:10', 'sync'], [], { TMPDIR: temporary });
    expect(openRecording(file).tables.kernels.length).toBe(400_000);
    expect(readdirSync(temporary)).toEqual([]);
    expect(statSync(file).size).toBeLessThan(40e6);
  });

  test('needs the agent compiled once', async () => {
    const cache = join(folder.path, 'cache');
    const compile = () => recorded([fake.program, 'launch:3', 'sync'], [], { XDG_CACHE_HOME: cache });
    const listed = () =>
      readdirSync(join(cache, 'perfscope/native')).filter((name) => name.startsWith('perfscope-cuda'));
    await compile();
    const first = listed();
    await compile();
    expect([first.length, listed()]).toEqual([1, first]);
  });

  test('can be recorded, says doctor', async () => {
    const { stdout } = await perfscope(['doctor'], { environment });
    expect(stdout).toMatch(/yes {2}cuda/);
    const none = await perfscope(['doctor', '--json'], {
      environment: { ...environment, CUDA_INJECTION64_PATH: '/x.so' },
    });
    expect(none.stdout).toContain('CUDA_INJECTION64_PATH names another tool');
  });
});
