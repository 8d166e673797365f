import { join, resolve } from 'node:path';

/** Samples a second of a thread's JavaScript, unless a rate was asked for: its cost is small, and its slices are short. */
export const NODE_RATE = 500;

const PERMISSION = /(?:^|[\s"'])--(?:experimental-)?permission(?=$|[\s"'=])/;
const READABLE = /--allow-fs-read[=\s]+["']?([^\s"']+)/g;

/**
 * Whether a command starts a program that may not read the agent: Node 20 ends when it cannot read what it preloads. `texts`:
 * arguments, which may be scripts of a shell, and NODE_OPTIONS. The agent asks the same of what the program starts
 * (`permission.cjs`).
 */
export function locksOut(texts: readonly string[], agentsDir: string): boolean {
  const text = texts.join(' ');
  if (!PERMISSION.test(text)) return false;
  const readable = [...text.matchAll(READABLE)].flatMap(([, paths = '']) => paths.split(','));
  return !readable.some((path) => path === '*' || agentsDir.startsWith(path.replace(/\*$/, '')));
}

/** `flags`: options of `node` that make V8 log its ticks. `shims`: a folder for PATH, with a `node` that adds them. */
export interface TickShims {
  readonly flags: readonly string[];
  readonly shims: string;
}

/**
 * What the environment of a command needs for the agent to start in it, if it is Node, and in every Node below it.
 *
 * `agentsDir`: the folder that holds `preload.cjs`. `recordsDir`: an existing, empty folder, one a run. NODE_OPTIONS of the user
 * stay, behind ours, and are what the program sees of them. Nothing for a command that may not read the agent. `ticks`: V8 logs its
 * ticks instead of being profiled.
 */
export function nodeEnvironment(
  command: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  agentsDir: string,
  recordsDir: string,
  rate: number,
  ticks: TickShims | null = null,
): Record<string, string> {
  if (locksOut([...command, env.NODE_OPTIONS ?? ''], resolve(agentsDir))) return {};
  const preload = join(resolve(agentsDir), 'preload.cjs').replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  const own = env.NODE_OPTIONS ? ` ${env.NODE_OPTIONS}` : '';
  return {
    NODE_OPTIONS: `--require "${preload}"${own}`,
    PERFSCOPE_NODE_DIR: resolve(recordsDir),
    PERFSCOPE_NODE_HZ: String(rate),
    ...(ticks === null ? {} : { PERFSCOPE_NODE_TICKS: JSON.stringify(ticks) }),
    ...(ticks === null || env.PATH === undefined ? {} : { PATH: `${ticks.shims}:${env.PATH}` }),
  };
}
