import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * CPU of the live view in percent of a core: 16 lanes at 500 Hz in four batches a second, in a real terminal (tmux), over
 * ten seconds after three to warm up. To reach: at most 5 %.
 *
 *     node test/bench/live.mjs [COLUMNSxROWS ...]
 */
const MEASURED_MS = 10_000;
const sizes = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'perfscope-bench-live-'));
const tmux = (...args) =>
  execFileSync('tmux', ['-L', `perfscope-bench-${process.pid}`, '-f', '/dev/null', ...args], {
    stdio: 'pipe',
  });

async function measure(size) {
  const [columns, rows] = size.split('x');
  const result = join(folder, size);
  const command = `exec ${process.execPath} ${join(folder, 'driver.mjs')} measure=${MEASURED_MS} 2>${result}`;
  tmux('new-session', '-d', '-s', size, '-x', columns, '-y', rows, command);
  const deadline = Date.now() + MEASURED_MS + 30_000;
  while (Date.now() < deadline) {
    await sleep(250);
    const said = existsSync(result) ? readFileSync(result, 'utf8').trim() : '';
    if (said !== '') return said;
  }
  throw new Error(`The driver said nothing at ${size}.`);
}

try {
  const bundler = new URL('../cli/live/bundle.mjs', import.meta.url).pathname;
  execFileSync(process.execPath, [bundler, join(folder, 'driver.mjs')], { stdio: 'inherit' });
  for (const size of sizes.length > 0 ? sizes : ['80x24', '200x60']) {
    console.log(`live view ${size}: ${await measure(size)} % of a core`);
  }
} finally {
  try {
    tmux('kill-server');
  } catch {
    // It has gone with its last session.
  }
  rmSync(folder, { recursive: true });
}
