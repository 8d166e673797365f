import { readdirSync, readFileSync, statSync } from 'node:fs';

/** A process that can be joined. */
export interface PythonProcess {
  readonly pid: number;
  /** The words of its command line. */
  readonly command: readonly string[];
}

/** Running Pythons of this user, youngest first; empty where the system has no `/proc`. */
export function pythonProcesses(): PythonProcess[] {
  const found: PythonProcess[] = [];
  for (const name of namesIn('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const command = commandOf(name);
    if (command && isPython(command[0] ?? '') && isOwn(name)) found.push({ pid: Number(name), command });
  }
  return found.sort((a, b) => b.pid - a.pid);
}

const isPython = (program: string): boolean => /(?:^|\/)python[\d.]*$/.test(program);

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Null for what has ended meanwhile, and for threads of the kernel. */
function commandOf(pid: string): string[] | null {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words.length > 1 ? words.slice(0, -1) : null;
  } catch {
    return null;
  }
}

function isOwn(pid: string): boolean {
  try {
    return process.getuid?.() === 0 || statSync(`/proc/${pid}`).uid === process.getuid?.();
  } catch {
    return false;
  }
}
