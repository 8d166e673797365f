/** An offset of a field that this version does not have. */
export const ABSENT = -1;

/**
 * Where the fields that we read lie, in bytes from the start of their struct, for one version of CPython on 64-bit Linux.
 *
 * `generate.c` prints this from CPython's headers. Names are ours where CPython renamed a field between versions.
 */
export interface Layout {
  /** 11 for 3.11. */
  readonly minor: number;
  /** `_PyRuntime`. `gil` up to 3.11: one for the process. */
  readonly runtime: { readonly interpretersHead: number; readonly gil: number };
  /** `PyInterpreterState`. `gil` from 3.12: a pointer. `modules`: the dict that is `sys.modules`. */
  readonly interpreter: {
    readonly next: number;
    readonly threadsHead: number;
    readonly gil: number;
    readonly modules: number;
  };
  /** `lastHolder` keeps its value when the GIL is released; it holds only while `locked` is 1. `size` in bytes. */
  readonly gil: { readonly lastHolder: number; readonly locked: number; readonly size: number };
  /**
   * `PyThreadState`. `threadId` is the pthread_t, `nativeThreadId` the kernel's number. `identity` tells a state from one
   * that came to its address later: the kernel's number, before 3.11 a count of the interpreter's.
   */
  readonly thread: {
    readonly next: number;
    readonly interpreter: number;
    readonly threadId: number;
    readonly nativeThreadId: number;
    readonly identity: number;
  };
  readonly frames: HeapFrames | DataStackFrames;
  /**
   * `PyCodeObject`. `name` is the qualified one from 3.11. `bytecode`: a bytes object up to 3.10, then the instructions
   * themselves. `version`: a number that no other code object of the process has, from 3.12. `localCount`, `stackSize`: the
   * words that a frame of the code takes beyond `frames.size`, from 3.11. `exceptionTable`: a bytes object, from 3.11 to 3.13,
   * the last version in which we look for locks. `returns`: the opcodes that leave a frame; empty where we do not know them.
   */
  readonly code: {
    readonly fileName: number;
    readonly firstLine: number;
    readonly name: number;
    readonly bytecode: number;
    readonly lineTable: number;
    readonly version: number;
    readonly localCount: number;
    readonly stackSize: number;
    readonly exceptionTable: number;
    readonly returns: readonly number[];
  };
  readonly object: { readonly type: number; readonly size: number };
  /** A bound method, of a built-in type or of a class: what it was taken from (a `PyMethodDef` or a function), and of whom. */
  readonly method: { readonly from: number; readonly self: number };
  readonly type: {
    readonly name: number;
    readonly basicSize: number;
    readonly flags: number;
    readonly dictOffset: number;
    readonly cachedKeys: number;
  };
  /** `str`. The characters lie at `asciiData` or, beyond ASCII, at `data`. */
  readonly text: {
    readonly length: number;
    readonly state: number;
    readonly asciiData: number;
    readonly data: number;
  };
  readonly bytes: { readonly data: number };
  /** `int`: 30-bit digits; their number is the word at `object.size`, shifted right by `countShift`. */
  readonly integer: { readonly digits: number; readonly countShift: number };
  readonly dict: DictLayout;
  readonly attributes: AttributeLayout;
}

/** Up to 3.10: frames are objects, linked by `back`. */
export interface HeapFrames {
  readonly kind: 'heap';
  /** In the thread state: the innermost frame. */
  readonly top: number;
  readonly back: number;
  readonly code: number;
  /** An i32 index, in units of `2 / instructionBytes` bytes; -1 before the first. */
  readonly instruction: number;
  readonly instructionBytes: number;
  /** A byte; `executing` when the frame runs or waits for a call that it made. */
  readonly state: number;
  readonly executing: number;
  /** The values begin at `locals`, in the frame; `stack` points to those after the variables. */
  readonly locals: number;
  readonly stack: number;
  /** An i32, the number of blocks in force; block n at `blocks + n * blockBytes`, and in it an i32, the height of the stack. */
  readonly blockCount: number;
  readonly blocks: number;
  readonly blockBytes: number;
  readonly blockLevel: number;
}

/** From 3.11: frames lie one after the other in chunks of memory, except for those of generators. */
export interface DataStackFrames {
  readonly kind: 'dataStack';
  /** In the thread state: the innermost frame, or a struct that points to it at `topInCFrame`. */
  readonly top: number;
  readonly topInCFrame: number;
  /** In the thread state: the newest chunk, and the first byte in it that is not in use. */
  readonly chunk: number;
  readonly chunkTop: number;
  readonly previous: number;
  readonly code: number;
  readonly instruction: number;
  readonly owner: number;
  /** In the thread state, from 3.15: the mark that every stack ends at. */
  readonly base: number;
  /** The largest value that `owner` can have. From 3 on the frame is a mark on the C stack, without code. */
  readonly maxOwner: number;
  /** In 3.11 a byte that is 1 in a frame that C called; from 3.12 a mark lies below such a frame. */
  readonly entry: number;
  /** An i32 that is -1 while the frame executes, and the height of its stack while it does not. Until 3.13. */
  readonly suspended: number;
  readonly size: number;
}

/**
 * `keysKind` says what the field `indexSize` of the keys is: `sized`, the number of slots in the index, whose width
 * follows from it; `logarithmic`, a byte, the logarithm of the index's size in bytes (with the kind of the entries after it).
 */
export interface DictLayout {
  readonly keys: number;
  readonly values: number;
  readonly keysKind: 'sized' | 'logarithmic';
  readonly indexSize: number;
  readonly entryCount: number;
  readonly indices: number;
  /** Where the pointers begin in what `values` points to. */
  readonly valuesData: number;
}

/**
 * How an instance keeps its attributes. `dictPointer` (to 3.10): a dict at the type's `dictOffset`. From 3.11 on the words
 * before the object: `valuesPointer` (3.11), values at -4 or a dict at -3; `taggedValues` (3.12), either of them at -3, the
 * lowest bit set for values; `inlineValues` (3.13), values behind the object while their byte at `valid` is 1, else a
 * dict at -3.
 */
export type AttributeLayout =
  | { readonly kind: 'dictPointer' | 'valuesPointer' | 'taggedValues' }
  | { readonly kind: 'inlineValues'; readonly valid: number };
