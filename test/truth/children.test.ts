import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { PYTHON, record, temporaryFolder } from '../harness/perfscope.ts';

/** Children that live but a moment are seen. Alone on the machine: a starved sampler sees what it is given time for. */
const folder = temporaryFolder();
afterAll(folder.remove);

const shortLived = join(folder.path, 'short.py');
writeFileSync(
  shortLived,
  `import multiprocessing, os, subprocess, sys, time
def busy(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end: pass
if __name__ == "__main__":
    how, seconds = sys.argv[1], float(sys.argv[2])
    for _ in range(12):
        if how == "fork":
            child = os.fork()
            if child == 0:
                busy(seconds)
                os._exit(0)
            os.waitpid(child, 0)
        elif how == "spawn":
            child = multiprocessing.get_context("spawn").Process(target=busy, args=(seconds,))
            child.start()
            child.join()
        else:
            subprocess.Popen(["sleep", str(seconds)]).wait()
        time.sleep(0.01)
`,
);

test.each([
  ['fork', 0.02, 12],
  ['spawn', 0.02, 12],
  ['popen', 0.02, 12],
  ['fork', 0.005, 11],
])('children of %s that live %f s: at least %i of 12 are seen at 100 Hz', async (how, seconds, least) => {
  const { summary } = await record(folder.path, ['-r', '100'], [PYTHON, shortLived, how, String(seconds)]);
  const main = summary.lanes.find((lane) => lane.role === 'main');
  const children = new Set(
    summary.lanes
      .filter((lane) => lane.kind === 'thread' && lane.process !== main?.process)
      .map((lane) => lane.process),
  );
  // The resource tracker of spawn is a child too.
  expect(children.size).toBeGreaterThanOrEqual(how === 'spawn' ? least + 1 : least);
});
