import { expect, test } from '@jest/globals';
import { summarize } from '../../../analyzer/analysis/summary.ts';
import { deviceLines } from '../../../cli/print/devices.ts';
import { summaryLines } from '../../../cli/print/summary.ts';
import { recordingOf } from '../../harness/recordings.ts';
import { deviceRun } from '../../webview/syntheticDevices.ts';

test('the summary says how busy a device was, what launching cost, and where the kernels came from', () => {
  const lines = summaryLines(summarize(deviceRun()));
  const from = lines.findIndex((line) => line.startsWith('  moved'));
  expect(lines.slice(from, from + 14)).toEqual([
    '  moved 672 MB to the device (84.0 ms, 8.00 GB/s, 302 MB of it again),',
    '        80 B from the device (40.0 us, 2.00 MB/s)',
    '  GPU 0, NVIDIA H100 80GB HBM3: busy 29 % of the run with kernels',
    '    kernels 86.3 ms in 220 runs, copies and fills 84.2 ms',
    '    idle between: 64.4 ms in 259 gaps, the longest 3.37 ms, most while at train.py:21 (18.8 ms)',
    '  220 launches took 1.32 ms of the host, a kernel then waited 2.64 ms in the mean',
    '',
    '  kernel                                  time  share      runs     mean  launched at',
    '  Kernel2<cutlass_80_tensorop_s1688…   80.1 ms   93 %        80  1.00 ms  train.py:42 (49 %)',
    '  multi_tensor_apply_kernel            1.78 ms  2.1 %        40  44.5 us  train.py:36',
    '  vectorized_elementwise_kernel         890 us  1.0 %        20  44.5 us  train.py:31',
    '  softmax_warp_forward                  890 us  1.0 %        20  44.5 us  train.py:31',
    '  softmax_warp_backward                 890 us  1.0 %        20  44.5 us  train.py:42 (95 %)',
    '',
  ]);
});

test('a run without devices says nothing of them, and one without launches no more than it knows', () => {
  expect(deviceLines(summarize(recordingOf([{}], [])))).toEqual([]);
  const known = recordingOf(
    [{}, { kind: 2 }],
    [],
    {},
    {
      devices: [{ kind: 'opencl', name: '', sharesMemory: 1 }],
      kernels: [{ lane: 1, name: 'axpy', start: 0, end: 5e8 }],
    },
  );
  expect(deviceLines(summarize(known))).toEqual([
    '  OpenCL 0, same memory: busy 50 % of the run with kernels',
    '    kernels 500 ms in 1 run',
    '',
    '  kernel                                  time  share      runs     mean  launched at',
    '  axpy                                  500 ms  100 %         1   500 ms  not known',
  ]);
});

test('names of kernels and devices cannot command the terminal, and lines fit it', () => {
  const lines = deviceLines(summarize(deviceRun({ devices: 2, hostile: true })));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f\u202a-\u202e]/);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(104);
});
