import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { KERNEL_KINDS } from '../../analyzer/model/index.ts';
import { openRecording } from '../../analyzer/recording/open.ts';
import {
  bytesByDirection,
  kernelCounts,
  openClProgram,
  removeOpenClFolders,
  stackNames,
  testOpenCl,
  testPyOpenCl,
} from '../harness/opencl.ts';
import { PYTHON, perfscope, record, run, temporaryFolder } from '../harness/perfscope.ts';

/** OpenCL from the command line to the recording: real programs, a real driver, the built perfscope. */
const folder = temporaryFolder();
afterAll(() => {
  folder.remove();
  removeOpenClFolders();
});

function program(name: string, source: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, source);
  return path;
}

const PYOPENCL = program(
  'program.py',
  `import numpy as np, pyopencl as cl, sys
def main():
    context = cl.Context([cl.get_platforms()[0].get_devices()[0]])
    queue = cl.CommandQueue(context)
    a = np.arange(1 << 16, dtype=np.float32); b = np.empty_like(a)
    flags = cl.mem_flags
    source = "kernel void scale(global float *a, float k) { int i = get_global_id(0); float x = a[i]; for (int j = 0; j < 2000; j++) x = x * k; a[i] = x; }"
    scale = cl.Kernel(cl.Program(context, source).build(), "scale")
    made = cl.Buffer(context, flags.READ_WRITE | flags.COPY_HOST_PTR, hostbuf=a)
    buffer = cl.Buffer(context, flags.READ_WRITE, a.nbytes)
    for i in range(10):
        cl.enqueue_copy(queue, buffer, a)
        scale.set_args(buffer, np.float32(1))
        cl.enqueue_nd_range_kernel(queue, scale, a.shape, (64,))
        cl.enqueue_copy(queue, b, buffer)
    cl.enqueue_copy(queue, made, buffer)
    cl.enqueue_fill_buffer(queue, made, np.float32(0), 0, a.nbytes)
    queue.finish()
    print((a == b).all())
    sys.exit(5)
main()
`,
);

testPyOpenCl(
  'a program of pyopencl is recorded as it is: kernels, bytes, devices, calls and the code',
  async () => {
    const plain = await run(PYTHON, [PYOPENCL]);
    const { ended, file } = await record(folder.path, [], [PYTHON, PYOPENCL]);
    expect(ended).toEqual(plain);
    expect(ended).toMatchObject({ code: 5, stdout: 'True\n' });
    const { tables, meta } = openRecording(file);
    const size = (1 << 16) * 4;
    expect(bytesByDirection(tables)).toEqual({ H2D: 11 * size, D2H: 10 * size, D2D: size });
    expect(kernelCounts(tables)).toEqual({ 'kernel scale': 10, 'memset fill buffer': 1 });
    expect(meta.collectors.find(({ id }) => id === 'opencl')).toMatchObject({ status: 'ok', warnings: [] });
    const { devices, kernels, lanes, transfers, strings } = tables;
    expect([devices.length, devices.kind[0], devices.sharesMemory[0]]).toEqual([1, 'opencl', 1]);
    for (let i = 0; i < kernels.length; i++) {
      expect(lanes.name[kernels.lane[i] as number]).toBe('OpenCL CPU 0 queue 1');
      // Launched by the thread that was sampled.
      expect(lanes.name[kernels.callLane[i] as number]).toBe('MainThread');
      const kind = KERNEL_KINDS[kernels.kind[i] as number];
      expect([kernels.gridX[i], kernels.blockX[i]]).toEqual(kind === 'kernel' ? [1024, 64] : [0, 0]);
    }
    // The reads wait for the kernels, so that most were looked at while they lasted.
    const reads = [...transfers.call.keys()].filter(
      (i) => strings.value[transfers.call[i] as number] === 'clEnqueueReadBuffer',
    );
    const sure = reads.filter((i) => (transfers.certainty[i] as number) >= 95);
    for (const i of sure) expect(stackNames(tables, transfers.stack[i] as number)).toContain('main');
  },
);

testPyOpenCl('without a wish for devices nothing is put into the program', async () => {
  const { ended, file } = await record(folder.path, ['--no-gpu'], [PYTHON, PYOPENCL]);
  expect(ended).toMatchObject({ code: 5, stdout: 'True\n' });
  const { tables, meta } = openRecording(file);
  expect(tables.kernels.length + tables.transfers.length).toBe(0);
  expect(meta.collectors.map(({ id }) => id)).not.toContain('opencl');
});

testOpenCl('a C program without Python is recorded, however it ends', async () => {
  const endings = openClProgram(folder.path, 'endings');
  for (const [how, code] of [
    ['_exit', 3],
    ['kill', 137],
  ] as const) {
    const { ended, file } = await record(folder.path, [], [endings, how]);
    expect(ended).toMatchObject({ code, stdout: 'written\n' });
    expect(bytesByDirection(openRecording(file).tables)).toEqual({ H2D: 10 * 4096 });
  }
});

test('a Python program sees the environment that it would see, and so do those that it starts', async () => {
  const source = `import json, os, subprocess, sys
code = "import json, os; print(json.dumps(dict(os.environ), sort_keys=True))"
print(json.dumps(dict(os.environ), sort_keys=True))
sys.stdout.flush()
subprocess.run([sys.executable, "-c", code], env=dict(os.environ))
subprocess.run(["env"], env={"A": "1"})
`;
  const path = program('environment.py', source);
  for (const own of [undefined, 'libmine.so']) {
    const environment = { ...process.env, ...(own === undefined ? {} : { OPENCL_LAYERS: own }) };
    const plain = await run(PYTHON, [path], { environment });
    const { ended } = await record(folder.path, [], [PYTHON, path], { environment });
    expect(ended.stdout).toBe(plain.stdout);
  }
});

testPyOpenCl(
  'a Python program that starts another with an environment of its own is followed there',
  async () => {
    const source = `import os, subprocess, sys
subprocess.run([sys.executable, ${JSON.stringify(PYOPENCL)}], env=dict(os.environ))
`;
    const { ended, file } = await record(folder.path, [], [PYTHON, program('starter.py', source)]);
    expect(ended.stdout).toBe('True\n');
    expect(kernelCounts(openRecording(file).tables)).toMatchObject({ 'kernel scale': 10 });
  },
);

testPyOpenCl('a program that the layer does not reach is named', async () => {
  const source = `import os, runpy
del os.environ["PATH"]
import ctypes; ctypes.CDLL(None).unsetenv(b"OPENCL_LAYERS")
import pyopencl, time; pyopencl.get_platforms()
time.sleep(3)
`;
  const { file } = await record(folder.path, [], [PYTHON, program('unreached.py', source)]);
  const health = openRecording(file).meta.collectors.find(({ id }) => id === 'opencl');
  expect(health?.warnings).toEqual([expect.stringContaining('1 process are not recorded')]);
});

test('doctor tells what of OpenCL can be recorded', async () => {
  const { stdout } = await perfscope(['doctor']);
  expect(stdout).toMatch(/^yes {2}opencl {8}/m);
});
