import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nvidiaSmi } from './nvidia/program.ts';

/** Milliseconds that the inventory waits for tools of drivers, which hang when their device does. */
const LIMIT = 3000;
/** Class of a display controller on the PCI bus, and of a processing accelerator. */
const GRAPHICS = /^0x(?:03|12)/;
const MOST_NAMES = 64;
const LONGEST_NAME = 200;

/**
 * Names of the machine's GPUs. Takes bounded time and never rejects: what cannot be found out is left out. Where there is an nvidia-smi
 * only that is asked: systeminformation would run it, too, and wait for it without a limit.
 */
export async function gpuNames(): Promise<string[]> {
  if (!mayHaveGpu()) return [];
  const program = nvidiaSmi();
  const names = await within(program === null ? namesOfControllers() : namesOfNvidia(program));
  return names.map((name) => name.slice(0, LONGEST_NAME)).slice(0, MOST_NAMES);
}

/** Whether it is worth to ask: systeminformation runs several programs to find no GPU. */
function mayHaveGpu(): boolean {
  if (process.platform !== 'linux' || nvidiaSmi() !== null) return true;
  if (existsSync('/proc/driver/nvidia') || existsSync('/dev/kfd') || existsSync('/dev/dri')) return true;
  const devices = '/sys/bus/pci/devices';
  try {
    return readdirSync(devices).some((name) =>
      GRAPHICS.test(readFileSync(join(devices, name, 'class'), 'utf8')),
    );
  } catch {
    return false;
  }
}

/** In the order of their numbers. */
function namesOfNvidia(program: string): Promise<string[]> {
  const args = ['--query-gpu=name', '--format=csv,noheader'];
  return new Promise((done) => {
    const options = { timeout: LIMIT, killSignal: 'SIGKILL' as const };
    const child = execFile(program, args, options, (error, output) => {
      const lines = error ? [] : output.split('\n').map((line) => line.trim());
      done(lines.filter((line) => line !== ''));
    });
    child.unref();
  });
}

async function namesOfControllers(): Promise<string[]> {
  const { default: systeminformation } = await import('systeminformation');
  const { controllers } = await systeminformation.graphics();
  return controllers.map((gpu) => `${gpu.vendor} ${gpu.model}`.trim()).filter((name) => name !== '');
}

/** What has not been answered in time, or failed, is nothing. */
function within(names: Promise<string[]>): Promise<string[]> {
  return new Promise((done) => {
    const timer = setTimeout(() => done([]), LIMIT);
    names.then(done, () => done([])).finally(() => clearTimeout(timer));
  });
}
