import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { openRecording } from '../../analyzer/recording/open.ts';
import { record, temporaryFolder } from '../harness/perfscope.ts';

/** A machine whose nvidia-smi is ours. */
const folder = temporaryFolder();
afterAll(folder.remove);

test('the counters and the names of the GPUs that nvidia-smi knows are in the recording', async () => {
  const bin = join(folder.path, 'bin');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'nvidia-smi'),
    `#!/bin/sh
case "$*" in
*--query-gpu=name*) printf 'NVIDIA Test GPU\\nNVIDIA Other GPU\\n' ;;
*) while :; do
     for gpu in 0 1; do echo "$(date '+%Y/%m/%d %H:%M:%S.000'), $gpu, 50, 1024, 200.00, 41, 1500"; done
     sleep 0.1
   done ;;
esac
`,
  );
  chmodSync(join(bin, 'nvidia-smi'), 0o755);
  const environment = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  const { ended, summary, file } = await record(folder.path, [], ['sleep', '1'], { environment });
  expect(ended.code).toBe(0);
  expect(summary.host.gpus).toEqual(expect.arrayContaining(['NVIDIA Test GPU', 'NVIDIA Other GPU']));
  const { lanes, counters } = openRecording(file).tables;
  const power = lanes.name.indexOf('GPU 1 power (W)');
  const values = counters.value.filter((_, i) => counters.lane[i] === power);
  expect(values.length).toBeGreaterThan(1);
  expect(new Set(values)).toEqual(new Set([200]));
});

test('an nvidia-smi that hangs holds up neither the program nor perfscope', async () => {
  const bin = join(folder.path, 'hangs');
  mkdirSync(bin);
  writeFileSync(join(bin, 'nvidia-smi'), '#!/bin/sh\nexec sleep 1000\n');
  chmodSync(join(bin, 'nvidia-smi'), 0o755);
  const environment = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  const { ended, summary } = await record(folder.path, [], ['echo', 'done'], { environment });
  expect(ended).toMatchObject({ code: 0, stdout: 'done\n' });
  expect(summary.host.gpus).toEqual([]);
  expect(summary.collectors.find(({ id }) => id === 'nvidia-smi')).toMatchObject({
    status: 'unavailable',
    warnings: [expect.stringContaining('said nothing')],
  });
});

test('without nvidia-smi nothing is said of GPUs', async () => {
  const { summary } = await record(folder.path, [], ['true']);
  expect(summary.collectors.map(({ id }) => id)).not.toContain('nvidia-smi');
});
