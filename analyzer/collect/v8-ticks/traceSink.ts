import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The file for what V8 prints of deoptimisations when it logs them: on stdout it would be among the program's output. V8 opens the
 * file each time, takes no device for one, and aborts the program when it cannot. So it is there, and may be written by whom the
 * program becomes, for as long as a process of the run lives.
 */
export class TraceSink {
  readonly path: string;
  private readonly folder: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'perfscope-traces-'));
    this.path = join(this.folder, 'traces');
    writeFileSync(this.path, '');
    chmodSync(this.path, 0o666);
    chmodSync(this.folder, 0o711);
  }

  /** Removes the file unless a process needs it, which then has it: some programs leave others behind. */
  remove(): void {
    if (!isNeeded(this.path)) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Whether the environment of any process but this one speaks of a path. */
function isNeeded(path: string): boolean {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return processes.some((name) => {
    try {
      return readFileSync(join('/proc', name, 'environ')).includes(path);
    } catch {
      // It has ended, or is of another user.
      return false;
    }
  });
}
