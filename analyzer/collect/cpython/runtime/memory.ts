import { closeSync, openSync, readSync } from 'node:fs';

/** Where in the scratch buffer each kind of thing is read to, so that one does not overwrite another in use. */
export const THREAD_AT = 0;
export const FRAME_AT = 512;
export const CODE_AT = 640;
export const OBJECT_AT = 1024;
export const OBJECT_BYTES = 4096;
/** A whole frame with the values in it; a frame that is larger is seen in part. */
export const VALUES_AT = 5120;
export const VALUES_BYTES = 3072;
export const STACK_AT = 8192;
export const STACK_BYTES = 65536;
const SCRATCH_BYTES = STACK_AT + STACK_BYTES;

/** User space of 64-bit Linux; the lowest pages are never mapped. Anything else is a torn pointer. */
const MIN_ADDRESS = 65536;
const MAX_ADDRESS = 2 ** 47;

/**
 * The memory of a process, read into a scratch buffer. Addresses are doubles, which are exact to 2^53; a bigint an
 * address would be an allocation an address.
 */
export abstract class Memory {
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  /** The process ended or became another program: this memory will not come back. */
  gone = false;

  constructor() {
    const scratch = new ArrayBuffer(SCRATCH_BYTES);
    this.u8 = new Uint8Array(scratch);
    this.i32 = new Int32Array(scratch);
    this.u32 = new Uint32Array(scratch);
  }

  /** Copies up to `length` bytes at `address` to `target`, and gives how many: 0 when nothing is mapped there. */
  protected abstract copy(address: number, target: Uint8Array, at: number, length: number): number;

  /** Copies `length` bytes at `address` to `at` in the scratch buffer; false when not all could be read. */
  read(address: number, length: number, at: number): boolean {
    return this.readSome(address, length, at) === length;
  }

  readSome(address: number, length: number, at: number): number {
    if (!(address >= MIN_ADDRESS && address < MAX_ADDRESS)) return 0;
    return this.copy(address, this.u8, at, length);
  }

  /** A copy of its own; for what is read once. */
  bytes(address: number, length: number): Uint8Array | null {
    if (!(address >= MIN_ADDRESS && address < MAX_ADDRESS)) return null;
    const target = new Uint8Array(length);
    if (length === 0) return target;
    return this.copy(address, target, 0, length) === length ? target : null;
  }

  /** The 64-bit word at `at` in the scratch buffer, a multiple of 4. Beyond 2^53 it loses low bits: no address is. */
  pointer(at: number): number {
    const word = at >> 2;
    return (this.u32[word] as number) + (this.u32[word + 1] as number) * 4294967296;
  }

  /** Reads the word at `address`; 0 when it cannot be read. */
  pointerAt(address: number): number {
    return this.read(address, 8, OBJECT_AT) ? this.pointer(OBJECT_AT) : 0;
  }
}

/**
 * A live process, through `/proc/PID/mem` and positional reads: measured as fast as a native `process_vm_readv` call, and
 * no native code to build.
 *
 * The file stays bound to the address space that it was opened on. After `execve`, or when the process has ended, reads
 * give 0 bytes. An address that is not mapped is EIO, which Node throws; that costs 10 us, so it is for the rare case.
 */
export class ProcessMemory extends Memory {
  private readonly file: number;

  /** Throws the error of `open`: ENOENT when there is no such process, EACCES when it is another user's. */
  constructor(pid: number) {
    super();
    this.file = openSync(`/proc/${pid}/mem`, 'r');
  }

  protected override copy(address: number, target: Uint8Array, at: number, length: number): number {
    if (length === 0 || this.gone) return 0;
    try {
      const count = readSync(this.file, target, at, length, address);
      if (count === 0) this.gone = true;
      return count;
    } catch {
      return 0;
    }
  }

  close(): void {
    this.gone = true;
    closeSync(this.file);
  }
}
