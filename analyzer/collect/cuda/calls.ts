const SMALLEST = 1 << 12;
const LARGEST = 1 << 20;

/** A call that started work, or may yet. Times are on CUPTI's clock, from the capture's base on. */
export interface Call {
  readonly thread: number;
  /** Row of strings. */
  readonly name: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Calls that can start work, by their correlation, which counts up by one a call. A call waits here for what it started, which comes
 * much later, and stays for what else it started: a graph is one call and many kernels. When there is no more room the oldest goes.
 */
export class Calls {
  private size = SMALLEST;
  private correlation = new Uint32Array(SMALLEST);
  private thread = new Uint32Array(SMALLEST);
  private name = new Uint32Array(SMALLEST);
  private start = new Float64Array(SMALLEST);
  private end = new Float64Array(SMALLEST);
  /** 0: empty, 1: waits for work, 2: has started some. */
  private state = new Uint8Array(SMALLEST);
  private readonly gone: (call: Call) => void;

  /** `gone` is told of calls that leave and have started nothing that was seen. */
  constructor(gone: (call: Call) => void) {
    this.gone = gone;
  }

  add(correlation: number, thread: number, name: number, start: number, end: number): void {
    let at = correlation & (this.size - 1);
    while (this.state[at] === 1 && this.correlation[at] !== correlation && this.size < LARGEST) {
      this.grow();
      at = correlation & (this.size - 1);
    }
    const isSame = this.state[at] !== 0 && this.correlation[at] === correlation;
    // A call of the runtime's may lead to one of the driver's with its number: the outer one is the program's.
    if (isSame && (this.start[at] as number) <= start) return;
    if (this.state[at] === 1 && !isSame) this.gone(this.at(at));
    this.write(at, correlation, thread, name, start, end, isSame ? (this.state[at] as number) : 1);
  }

  /** Where the call is, for the functions below; -1 when it is not known. */
  find(correlation: number): number {
    const at = correlation & (this.size - 1);
    return this.state[at] !== 0 && this.correlation[at] === correlation ? at : -1;
  }

  /** It has started something. */
  use(at: number): void {
    this.state[at] = 2;
  }

  threadOf(at: number): number {
    return this.thread[at] as number;
  }

  nameOf(at: number): number {
    return this.name[at] as number;
  }

  startOf(at: number): number {
    return this.start[at] as number;
  }

  endOf(at: number): number {
    return this.end[at] as number;
  }

  /** Nothing more comes. */
  finish(): void {
    for (let at = 0; at < this.size; at++) if (this.state[at] === 1) this.gone(this.at(at));
    this.state.fill(0);
  }

  private at(at: number): Call {
    return {
      thread: this.threadOf(at),
      name: this.nameOf(at),
      start: this.start[at] as number,
      end: this.end[at] as number,
    };
  }

  private write(
    at: number,
    correlation: number,
    thread: number,
    name: number,
    start: number,
    end: number,
    state: number,
  ): void {
    this.correlation[at] = correlation;
    this.thread[at] = thread;
    this.name[at] = name;
    this.start[at] = start;
    this.end[at] = end;
    this.state[at] = state;
  }

  private grow(): void {
    const { correlation, thread, name, start, end, state } = this;
    this.size *= 2;
    this.correlation = new Uint32Array(this.size);
    this.thread = new Uint32Array(this.size);
    this.name = new Uint32Array(this.size);
    this.start = new Float64Array(this.size);
    this.end = new Float64Array(this.size);
    this.state = new Uint8Array(this.size);
    for (let i = 0; i < state.length; i++) {
      if (state[i] === 0) continue;
      const number = correlation[i] as number;
      this.write(
        number & (this.size - 1),
        number,
        thread[i] as number,
        name[i] as number,
        start[i] as number,
        end[i] as number,
        state[i] as number,
      );
    }
  }
}
