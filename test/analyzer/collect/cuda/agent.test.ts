import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cudaHealth } from '../../../../analyzer/collect/cuda/health.ts';
import { DIRECTIONS, SPAN_KINDS } from '../../../../analyzer/model/index.ts';
import { decode } from '../../../harness/cuda/captures.ts';
import { compileFake, type Fake, hasCompiler, runFake } from '../../../harness/cuda/fake.ts';
import { run as processRun, temporaryFolder } from '../../../harness/perfscope.ts';

/** The agent in a program, with a libcupti that needs no device; what it wrote is read as the collector reads it. */
const folder = temporaryFolder();
afterAll(folder.remove);
const describeWithCompiler = hasCompiler('cc') ? describe : describe.skip;

const WORK = ['range:step', 'launch:1000:500', 'h2d:65536', 'h2d:65536', 'pinned:4096', 'd2h:400', 'd2d:64'];
const MORE = ['peer:99', 'memset:4096', 'graph:10:500', 'drive:3', 'call:20', 'call:17', 'sync', 'pop'];

describeWithCompiler('the agent', () => {
  let fake: Fake;
  beforeAll(() => {
    fake = compileFake(folder.path);
  });
  const run = (words: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    runFake(fake, folder.path, words, more);
  const kernelsOf = (capture: Buffer): number => decode(capture).batch?.kernels.length ?? 0;

  test.each([13, 15, 17, 19, 26, 130001])(
    'writes down all that a program has a device do, with CUPTI %i',
    async (version) => {
      const { ended, captures } = await run([...WORK, ...MORE], { FAKE_CUPTI_VERSION: String(version) });
      expect([ended.code, ended.stdout, ended.stderr, captures.length]).toEqual([0, 'done\n', '', 1]);
      const { batch, capture, string } = decode(captures[0] as Buffer);
      if (!batch) throw new Error('nothing was recorded');
      const { kernels, transfers, spans } = batch;
      const count = (name: string): number =>
        [...kernels.name].filter((each) => string(each) === name).length;
      expect([count('gemm(float*, float*, int)'), count('step(float*)'), count('memset')]).toEqual([
        1000, 10, 1,
      ]);
      expect(count('triton_poi_fused_add_0')).toBe(3);
      const moved = [...transfers.direction].map((each, i) => `${DIRECTIONS[each]} ${transfers.bytes[i]}`);
      expect(moved).toEqual(['H2D 65536', 'H2D 65536', 'H2D 4096', 'D2H 400', 'D2D 64', 'P2P 99']);
      // The same memory with the same in it.
      expect(transfers.content[0]).toBeGreaterThan(0);
      expect([transfers.buffer[1], transfers.content[1]]).toEqual([
        transfers.buffer[0],
        transfers.content[0],
      ]);
      expect(transfers.content[2]).not.toBe(transfers.content[0]);
      const names = [...spans.name].map(string).sort();
      expect(names).toEqual(['cudaDeviceSynchronize', 'cudaMalloc', 'step']);
      expect(spans.kind.includes(SPAN_KINDS.indexOf('range'))).toBe(true);
      for (let i = 0; i < kernels.length; i++)
        expect(kernels.start[i] as number).toBeGreaterThan(kernels.callStart[i] as number);
      expect([...kernels.graph].filter((each) => each === 5)).toHaveLength(10);
      expect([capture.facts.isEnded, cudaHealth([capture], 0).warnings]).toEqual([true, []]);
    },
  );

  test.each([
    ['an exit', ['exit:7'], 7, null],
    ['SIGTERM', ['term'], null, 'SIGTERM'],
    ['the end of main', [], 0, null],
  ] as const)('loses nothing at %s, and leaves its status', async (_name, words, code, signal) => {
    const { ended, captures } = await run(['launch:200', 'sync', ...words]);
    expect([ended.code, ended.signal]).toEqual([code, signal]);
    expect(kernelsOf(captures[0] as Buffer)).toBe(200);
  });

  test('waits at the exit for a flush that is under way', async () => {
    for (let i = 0; i < 6; i++) {
      const { captures } = await run(['launch:60000:10'], { PERFSCOPE_CUDA_FLUSH_MS: '1' });
      const { counts } = decode(captures[0] as Buffer).capture.reader;
      expect(counts.records).toBeGreaterThanOrEqual(120_000);
    }
  });

  test.each([
    ['_exit', ['_exit:4'], 4, null],
    ['SIGKILL', ['kill'], null, 'SIGKILL'],
  ] as const)('keeps what was flushed before %s', async (_name, words, code, signal) => {
    const { ended, captures } = await run(['launch:200', 'sync', 'sleep:300', ...words], {
      PERFSCOPE_CUDA_FLUSH_MS: '20',
    });
    expect([ended.code, ended.signal]).toEqual([code, signal]);
    expect(kernelsOf(captures[0] as Buffer)).toBe(200);
  });

  test('does nothing in a child that is forked, and begins anew in a program that takes its place', async () => {
    const { ended, captures } = await run(
      ['launch:20', 'sync', 'fork', 'launch:5', 'sync', 'exec', 'launch:3', 'sync'],
      {
        PERFSCOPE_CUDA_FLUSH_MS: '20',
      },
    );
    expect([ended.code, ended.stdout]).toEqual([0, 'child 3\ndone\n']);
    expect(captures).toHaveLength(2);
    expect(kernelsOf(captures[1] as Buffer)).toBe(3);
  });

  test('writes to no file of a program that closes what it did not open', async () => {
    const { ended, captures } = await run(['launch:5', 'sync', 'closefrom', 'launch:6', 'sync']);
    expect(ended.code).toBe(0);
    expect(kernelsOf(captures[0] as Buffer)).toBe(11);
  });

  test('leaves CUPTI to who was there first, and says so', async () => {
    const { captures } = await run(['launch:5', 'sync'], { FAKE_CUPTI_OTHER: '1' });
    const { capture } = decode(captures[0] as Buffer);
    expect(kernelsOf(captures[0] as Buffer)).toBe(0);
    expect(cudaHealth([capture], 0).warnings.join()).toContain('torch.profiler');
  });

  test('makes way for a profiler inside the program, and goes on after it', async () => {
    const { captures } = await run(['launch:5', 'sync', 'yield', 'launch:7', 'resume', 'launch:9', 'sync']);
    const { capture } = decode(captures[0] as Buffer);
    expect(kernelsOf(captures[0] as Buffer)).toBe(14);
    expect(cudaHealth([capture], 0).warnings.join()).toContain('a profiler inside the program');
  });

  test('tells what CUPTI lost, and pages that moved by themselves', async () => {
    const { captures } = await run(['call:206', 'sync', 'sleep:200', 'migrate:8192', 'sync'], {
      FAKE_CUPTI_DROPPED: '31',
      PERFSCOPE_CUDA_FLUSH_MS: '20',
    });
    const { capture, batch } = decode(captures[0] as Buffer);
    expect(capture.facts.dropped).toBe(31);
    expect([...(batch?.transfers.bytes ?? [])]).toEqual([8192]);
    expect(batch?.lanes.name).toContain('GPU 0 managed memory');
  });

  test('looks at copies beside PyTorch only where it is told that it will make way', async () => {
    const torch = join(folder.path, 'libtorch.so');
    spawnSync('cc', ['-shared', '-x', 'c', '/dev/null', '-o', torch]);
    const seen = async (more: Readonly<Record<string, string>>) => {
      const { captures } = await run(['h2d:64', 'sync'], { LD_PRELOAD: torch, ...more });
      return (decode(captures[0] as Buffer).batch?.transfers.buffer[0] ?? 0) > 0;
    };
    expect([await seen({}), await seen({ PERFSCOPE_CUDA_YIELDS: '1' })]).toEqual([false, false]);
    expect(await seen({ PERFSCOPE_CUDA_COPIES: '1' })).toBe(true);
    const records = mkdtempSync(join(folder.path, 'yields-'));
    const script = `export PERFSCOPE_CUDA_YIELDS=$$; exec ${fake.program} h2d:64 sync`;
    await processRun('bash', ['-c', script], {
      environment: {
        ...process.env,
        CUDA_INJECTION64_PATH: fake.agent,
        PERFSCOPE_CUPTI: fake.cupti,
        PERFSCOPE_CUDA_DIR: records,
        LD_PRELOAD: torch,
      },
    });
    const [name] = readdirSync(records);
    const { batch } = decode(readFileSync(join(records, name as string)));
    expect(batch?.transfers.buffer[0]).toBeGreaterThan(0);
  });

  test('reads nothing of what is copied where the subscriber has to stay free', async () => {
    const { captures } = await run(['h2d:64', 'sync'], { PERFSCOPE_CUDA_COPIES: '0' });
    const { batch } = decode(captures[0] as Buffer);
    expect([batch?.transfers.length, batch?.transfers.buffer[0], batch?.transfers.content[0]]).toEqual([
      1, 0, 0,
    ]);
  });

  test('stops at the limit of a file that the user has set, and the program runs on', async () => {
    const records = mkdtempSync(join(folder.path, 'limited-'));
    const environment = {
      ...process.env,
      CUDA_INJECTION64_PATH: fake.agent,
      PERFSCOPE_CUPTI: fake.cupti,
      PERFSCOPE_CUDA_DIR: records,
    };
    const script = `ulimit -f 300; exec ${fake.program} launch:5000 sync exit:9`;
    const ended = await processRun('bash', ['-c', script], { environment });
    expect([ended.code, ended.signal]).toEqual([9, null]);
    const [name] = readdirSync(records);
    expect(statSync(join(records, name as string)).size).toBeLessThanOrEqual(300 * 1024);
  });

  test('stays silent where it cannot write', async () => {
    const nowhere = join(folder.path, 'nowhere');
    for (const where of [nowhere, 'relative', '/proc/1/nothing']) {
      const { ended } = await run(['launch:5', 'sync', 'exit:6'], { PERFSCOPE_CUDA_DIR: where });
      expect([ended.code, ended.stdout, ended.stderr]).toEqual([6, '', '']);
    }
  });
});

const SANITIZERS: [string, string[]][] = [
  ['addresses and undefined behaviour', ['-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all']],
  ['races', ['-O1', '-fsanitize=thread']],
];
test.each(hasCompiler('gcc') ? SANITIZERS : [])(
  'the agent is clean when %s are watched',
  async (_name, flags) => {
    const fake = compileFake(folder.path, 'gcc', flags);
    for (const words of [
      [
        ...WORK,
        ...MORE,
        'fork',
        'call:206',
        'sleep:60',
        'migrate:4096',
        'sync',
        'yield',
        'launch:3',
        'resume',
        'launch:4',
        'sync',
      ],
      ['threads:8:3000', 'sync'],
      ['threads:4:500', 'term'],
    ]) {
      const { ended } = await runFake(fake, folder.path, words, { PERFSCOPE_CUDA_FLUSH_MS: '10' });
      // What looks for leaks in a child that is forked while others run says that it may be wrong.
      const said = ended.stderr.replace(/^==\d+==Running thread .*\n/gm, '');
      expect([said, ended.code ?? ended.signal]).toEqual(['', words.includes('term') ? 'SIGTERM' : 0]);
    }
  },
);

test.each(['gcc', 'clang'].filter(hasCompiler))('the agent compiles without a warning by %s', (compiler) => {
  for (const level of ['-O0', '-O2'])
    compileFake(folder.path, compiler, [level, '-Wshadow', '-Wstrict-prototypes']);
});
