/** A lane of a thread, as far as joining needs to know it. */
interface ThreadLife {
  readonly lane: number;
  /** Nanos; -1 while it lives. */
  end: number;
  /** Whether the collector that follows the thread has spoken of it; until then it was only mentioned. */
  followed: boolean;
  /** What those that mention it call it. */
  name: string;
}

/** Clocks of two collectors tell the end of a thread a little apart. */
const SLACK = 50e6;
/** Thread ids go up to 2^22. */
const THREADS = 2 ** 22;

/** Names that the system gives, or nobody: a short thread ends before its own can be read from outside. */
const NAMELESS = /^(?:python[\d.]*|pypy[\d.]*|node|(?:node-)?WorkerThread|thread \d+|)$/;

/**
 * Which lane a thread has. Several collectors speak of the same threads: one follows them and writes their lanes, others
 * only mention them, as where a task ran or a kernel was launched. Whoever comes first makes the lane.
 *
 * System ids are used again: a lane whose thread has ended is not that of a later thread with its id.
 */
export class ThreadDirectory {
  private readonly lives = new Map<number, ThreadLife[]>();

  /** The lane that somebody mentioned before the collector that follows the thread did, or null when there is none. */
  adopt(process: number, thread: number): number | null {
    const life = this.lives.get(key(process, thread))?.at(-1);
    if (!life || life.followed) return null;
    life.followed = true;
    return life.lane;
  }

  /** Takes note of a lane: `followed` when it was not only mentioned. */
  add(process: number, thread: number, lane: number, followed: boolean): void {
    const known = this.lives.get(key(process, thread));
    const life = { lane, end: -1, followed, name: '' };
    if (known) known.push(life);
    else this.lives.set(key(process, thread), [life]);
  }

  /** Somebody knows what the thread of a lane is called. */
  name(process: number, thread: number, lane: number, name: string): void {
    const life = this.lifeOf(process, thread, lane);
    if (life && !NAMELESS.test(name)) life.name = name;
  }

  /** What to call a lane for which its collector has `name`. */
  nameOf(process: number, thread: number, lane: number, name: string): string {
    return NAMELESS.test(name) ? this.lifeOf(process, thread, lane)?.name || name : name;
  }

  /** The thread of a lane has ended. */
  end(process: number, thread: number, lane: number, end: number): void {
    const life = this.lifeOf(process, thread, lane);
    if (life) life.end = end;
  }

  private lifeOf(process: number, thread: number, lane: number): ThreadLife | undefined {
    return this.lives.get(key(process, thread))?.find((each) => each.lane === lane);
  }

  /** The lane of the thread that had these ids at `time` (Nanos), or null when none is known. */
  find(process: number, thread: number, time: number): number | null {
    const lives = this.lives.get(key(process, thread)) ?? [];
    return lives.find((life) => life.end < 0 || life.end + SLACK >= time)?.lane ?? null;
  }
}

const key = (process: number, thread: number): number => process * THREADS + thread;
