import { ABSENT, type Layout } from './layout.ts';

/** What has not moved since 3.8; 3.13 and later share it too. */
export const STABLE = {
  object: { type: 8, size: 16 },
  method: { from: 16, self: 24 },
  bytes: { data: 32 },
  gil: { lastHolder: 8, locked: 16, size: 208 },
} as const;

/** How the keys of a dict are kept from 3.11 on. */
export const LOGARITHMIC_KEYS = {
  keysKind: 'logarithmic',
  indexSize: 9,
  entryCount: 24,
  indices: 32,
} as const;

const dictBefore311 = {
  keys: 32,
  values: 40,
  keysKind: 'sized',
  indexSize: 8,
  entryCount: 32,
  indices: 40,
  valuesData: 0,
} as const;
const dictFrom311 = { keys: 32, values: 40, ...LOGARITHMIC_KEYS, valuesData: 0 } as const;

const threadBefore311 = {
  next: 8,
  interpreter: 16,
  threadId: 176,
  nativeThreadId: ABSENT,
  identity: 256,
} as const;
const codeBefore311 = {
  fileName: 104,
  firstLine: 40,
  name: 112,
  bytecode: 48,
  lineTable: 120,
  version: ABSENT,
  localCount: ABSENT,
  stackSize: ABSENT,
  exceptionTable: ABSENT,
  returns: [83],
} as const;

/** The sizes of a `str` header until 3.11, which still had room for a `wchar_t` copy. */
const textBefore312 = { length: 16, state: 32, asciiData: 48, data: 72 } as const;
const integerBefore312 = { digits: 24, countShift: 0 } as const;

const layout38: Layout = {
  ...STABLE,
  minor: 8,
  runtime: { interpretersHead: 32, gil: 1152 },
  interpreter: { next: 0, threadsHead: 8, gil: ABSENT, modules: 56 },
  thread: threadBefore311,
  frames: {
    kind: 'heap',
    top: 24,
    back: 24,
    code: 32,
    instruction: 104,
    instructionBytes: 1,
    state: 116,
    executing: 1,
    locals: 360,
    stack: 64,
    blockCount: 112,
    blocks: 120,
    blockBytes: 12,
    blockLevel: 8,
  },
  code: codeBefore311,
  type: { name: 24, basicSize: 32, flags: 168, dictOffset: 288, cachedKeys: 872 },
  text: textBefore312,
  integer: integerBefore312,
  dict: dictBefore311,
  attributes: { kind: 'dictPointer' },
};

const layout39: Layout = {
  ...layout38,
  minor: 9,
  runtime: { interpretersHead: 32, gil: 352 },
  interpreter: { next: 0, threadsHead: 8, gil: ABSENT, modules: 856 },
  type: { ...layout38.type, cachedKeys: 864 },
};

const layout310: Layout = {
  ...layout39,
  minor: 10,
  frames: {
    kind: 'heap',
    top: 24,
    back: 24,
    code: 32,
    instruction: 96,
    instructionBytes: 2,
    state: 108,
    executing: 0,
    locals: 352,
    stack: 64,
    blockCount: 104,
    blocks: 112,
    blockBytes: 12,
    blockLevel: 8,
  },
  type: { ...layout38.type, cachedKeys: 872 },
};

const layout311: Layout = {
  ...STABLE,
  minor: 11,
  runtime: { interpretersHead: 40, gil: 360 },
  interpreter: { next: 0, threadsHead: 16, gil: ABSENT, modules: 888 },
  thread: { next: 8, interpreter: 16, threadId: 152, nativeThreadId: 160, identity: 160 },
  frames: {
    kind: 'dataStack',
    top: 56,
    topInCFrame: 8,
    chunk: 296,
    chunkTop: 304,
    previous: 48,
    code: 32,
    instruction: 56,
    owner: 69,
    base: ABSENT,
    maxOwner: 2,
    entry: 68,
    suspended: 64,
    size: 72,
  },
  code: {
    fileName: 112,
    firstLine: 72,
    name: 128,
    bytecode: 184,
    lineTable: 136,
    version: ABSENT,
    localCount: 76,
    stackSize: 68,
    exceptionTable: 40,
    returns: [83],
  },
  type: { name: 24, basicSize: 32, flags: 168, dictOffset: 288, cachedKeys: 872 },
  text: textBefore312,
  integer: integerBefore312,
  dict: dictFrom311,
  attributes: { kind: 'valuesPointer' },
};

const layout312: Layout = {
  ...STABLE,
  minor: 12,
  runtime: { interpretersHead: 40, gil: ABSENT },
  interpreter: { next: 0, threadsHead: 72, gil: 384, modules: 944 },
  thread: { next: 8, interpreter: 16, threadId: 136, nativeThreadId: 144, identity: 144 },
  frames: {
    kind: 'dataStack',
    top: 56,
    topInCFrame: 0,
    chunk: 232,
    chunkTop: 240,
    previous: 8,
    code: 0,
    instruction: 56,
    owner: 70,
    base: ABSENT,
    maxOwner: 3,
    entry: ABSENT,
    suspended: 64,
    size: 72,
  },
  code: {
    fileName: 112,
    firstLine: 68,
    name: 128,
    bytecode: 192,
    lineTable: 136,
    version: 92,
    localCount: 72,
    stackSize: 64,
    exceptionTable: 40,
    returns: [83, 121],
  },
  type: { name: 24, basicSize: 32, flags: 168, dictOffset: 288, cachedKeys: 880 },
  text: { length: 16, state: 32, asciiData: 40, data: 56 },
  integer: { digits: 24, countShift: 3 },
  dict: dictFrom311,
  attributes: { kind: 'taggedValues' },
};

/** The layouts of the versions that do not describe themselves, by minor version; as `generate.c` prints them. */
export const HEADER_LAYOUTS: ReadonlyMap<number, Layout> = new Map(
  [layout38, layout39, layout310, layout311, layout312].map((layout) => [layout.minor, layout]),
);
