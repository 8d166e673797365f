import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

/**
 * What recording CUDA costs, all in CPU time: of the agent in the program a record, of decoding records, and of the summary of a run of
 * a million kernels. Needs no device. To reach: at most 40 ns of the agent's own, 2 M records a second, 3 s.
 *
 *     node test/bench/gpu.mjs [REPEATS]
 */
const root = resolve(import.meta.dirname, '../..');
const repeats = Number(process.argv[2] ?? 3);
const folder = mkdtempSync(join(tmpdir(), 'perfscope-bench-gpu-'));
const native = join(root, 'analyzer/agents/native');
const flags = ['-std=gnu11', '-O2', '-fPIC'];
const cc = (...args) => execFileSync('cc', [...flags, ...args, '-lpthread', '-ldl'], { stdio: 'inherit' });
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const say = (text) => process.stdout.write(`${text}\n`);

/** CPU of a command and those it waited for, in seconds. */
function cpuOf(command, args, environment) {
  const script =
    'import os,resource,subprocess,sys; c=subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL); r=resource.getrusage(resource.RUSAGE_CHILDREN); print(r.ru_utime+r.ru_stime, r.ru_maxrss, c.returncode)';
  const { stdout, status } = spawnSync('python3', ['-c', script, command, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  const [seconds, kilobytes, code] = stdout.trim().split(' ').map(Number);
  if (status !== 0 || code !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
  return { seconds, megabytes: Math.round(kilobytes / 1000) };
}

try {
  const parts = ['buffers', 'copies', 'library', 'log', 'names', 'python', 'stacks'].map((name) =>
    join(native, `${name}.c`),
  );
  cc('-I', native, '-o', join(folder, 'agent'), join(import.meta.dirname, 'gpu_agent.c'), ...parts);
  await build({
    entryPoints: [join(import.meta.dirname, 'gpu_decode.ts')],
    outfile: join(folder, 'decode.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  const results = [];
  for (let i = 0; i < repeats; i++) {
    const records = join(folder, `records-${i}`);
    mkdirSync(records);
    const env = { ...process.env, PERFSCOPE_CUDA_DIR: records };
    const agent = JSON.parse(execFileSync(join(folder, 'agent'), ['400', '300'], { env, encoding: 'utf8' }));
    const decode = JSON.parse(
      execFileSync(process.execPath, [join(folder, 'decode.mjs'), records], { encoding: 'utf8' }),
    );
    results.push({ ...agent, ...decode });
  }
  const of = (key) => median(results.map((each) => each[key]));
  say(`agent: ${of('userNs')} ns of its own a record, and ${of('systemNs')} ns of writing`);
  say(`decoding buffers: ${(of('decode') / 1e6).toFixed(1)} M records a second of CPU`);
  say(
    `from files to batches: ${(of('collect') / 1e6).toFixed(1)} M records a second of CPU, at most ${of('megabytes')} MB`,
  );

  const fake = join(root, 'test/harness/cuda');
  const shared = ['-shared', '-fvisibility=hidden'];
  cc(...shared, '-o', join(folder, 'libfakecupti.so'), join(fake, 'fakeCupti.c'));
  cc('-o', join(folder, 'program'), join(fake, 'fakeProgram.c'));
  const cupti = join(folder, 'libfakecupti.so');
  const words = ['launch:1000000:10', 'sync'];
  const cli = join(root, 'dist/cli.js');
  const file = join(folder, 'run.perfscope');
  const env = { PERFSCOPE_CUPTI: cupti };
  const alone = cpuOf(join(folder, 'program'), words, env);
  const recording = cpuOf(
    process.execPath,
    [cli, 'record', '-q', '-o', file, '--', join(folder, 'program'), ...words],
    env,
  );
  const summary = cpuOf(process.execPath, [cli, 'summary', file], env);
  say(
    `a run of 1 M kernels: ${alone.seconds.toFixed(1)} s of CPU alone; recording it takes ${(recording.seconds - alone.seconds).toFixed(1)} s more, with the fake's own records, and at most ${recording.megabytes} MB`,
  );
  say(
    `its summary: ${summary.seconds.toFixed(1)} s, at most ${summary.megabytes} MB; its file: ${(statSync(file).size / 1e6).toFixed(1)} MB`,
  );
  if (readdirSync(folder).includes('run.perfscope.spool')) throw new Error('the recording was not finished');
} finally {
  rmSync(folder, { recursive: true });
}
