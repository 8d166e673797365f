import { LOGARITHMIC_KEYS, STABLE } from './headers.ts';
import { ABSENT, type Layout } from './layout.ts';

/**
 * `_Py_DebugOffsets`: from 3.13 on CPython describes itself at the start of `_PyRuntime`. After the cookie, the version
 * and a flag there are only 64-bit offsets, in groups, and which they are depends on the minor version.
 *
 *     0        8        16              24
 *     xdebugpy version  free-threaded?  runtime_state.size, .finalizing, .interpreters_head, interpreter_state.size, ...
 */
const HEADER_BYTES = 24;
const COOKIE = [0x78, 0x64, 0x65, 0x62, 0x75, 0x67, 0x70, 0x79];

/** Group to fields, in the order in which they lie. */
type Groups = readonly (readonly [group: string, fields: string])[];

/** Tables of the versions we know, from their headers; sources in docs/collectors/cpython-layouts.md. */
const GROUPS: ReadonlyMap<number, Groups> = new Map<number, Groups>([
  [
    13,
    [
      ['runtime_state', 'size finalizing interpreters_head'],
      [
        'interpreter_state',
        `size id next threads_head gc imports_modules sysdict builtins ceval_gil gil_runtime_state
        gil_runtime_state_enabled gil_runtime_state_locked gil_runtime_state_holder`,
      ],
      [
        'thread_state',
        'size prev next interp current_frame thread_id native_thread_id datastack_chunk status',
      ],
      ['interpreter_frame', 'size previous executable instr_ptr localsplus owner'],
      [
        'code_object',
        `size filename name qualname linetable firstlineno argcount localsplusnames localspluskinds
        co_code_adaptive`,
      ],
      ['pyobject', 'size ob_type'],
      ['type_object', 'size tp_name tp_repr tp_flags'],
      ['tuple_object', 'size ob_item ob_size'],
      ['list_object', 'size ob_item ob_size'],
      ['dict_object', 'size ma_keys ma_values'],
      ['float_object', 'size ob_fval'],
      ['long_object', 'size lv_tag ob_digit'],
      ['bytes_object', 'size ob_size ob_sval'],
      ['unicode_object', 'size state length asciiobject_size'],
      ['gc', 'size collecting'],
    ],
  ],
  [
    14,
    [
      ['runtime_state', 'size finalizing interpreters_head'],
      [
        'interpreter_state',
        `size id next threads_head threads_main gc imports_modules sysdict builtins ceval_gil gil_runtime_state
        gil_runtime_state_enabled gil_runtime_state_locked gil_runtime_state_holder code_object_generation
        tlbc_generation`,
      ],
      [
        'thread_state',
        'size prev next interp current_frame thread_id native_thread_id datastack_chunk status',
      ],
      ['interpreter_frame', 'size previous executable instr_ptr localsplus owner stackpointer tlbc_index'],
      [
        'code_object',
        `size filename name qualname linetable firstlineno argcount localsplusnames localspluskinds
        co_code_adaptive co_tlbc`,
      ],
      ['pyobject', 'size ob_type'],
      ['type_object', 'size tp_name tp_repr tp_flags'],
      ['tuple_object', 'size ob_item ob_size'],
      ['list_object', 'size ob_item ob_size'],
      ['set_object', 'size used table mask'],
      ['dict_object', 'size ma_keys ma_values'],
      ['float_object', 'size ob_fval'],
      ['long_object', 'size lv_tag ob_digit'],
      ['bytes_object', 'size ob_size ob_sval'],
      ['unicode_object', 'size state length asciiobject_size'],
      ['gc', 'size collecting'],
      ['gen_object', 'size gi_name gi_iframe gi_frame_state'],
      ['llist_node', 'next prev'],
      [
        'debugger_support',
        `eval_breaker remote_debugger_support remote_debugging_enabled debugger_pending_call
        debugger_script_path debugger_script_path_size`,
      ],
    ],
  ],
  [
    15,
    [
      ['runtime_state', 'size finalizing interpreters_head'],
      [
        'interpreter_state',
        `size id next threads_head threads_main gc imports_modules sysdict builtins ceval_gil gil_runtime_state
        gil_runtime_state_enabled gil_runtime_state_locked gil_runtime_state_holder code_object_generation
        tlbc_generation`,
      ],
      [
        'thread_state',
        `size prev next interp current_frame base_frame last_profiled_frame last_profiled_frame_seq thread_id
        native_thread_id datastack_chunk status holds_gil gil_requested current_exception exc_state`,
      ],
      ['err_stackitem', 'exc_value'],
      ['interpreter_frame', 'size previous executable instr_ptr localsplus owner stackpointer tlbc_index'],
      [
        'code_object',
        `size filename name qualname linetable firstlineno argcount localsplusnames localspluskinds
        co_code_adaptive co_tlbc`,
      ],
      ['pyobject', 'size ob_type'],
      ['type_object', 'size tp_name tp_repr tp_flags tp_basicsize tp_dictoffset'],
      ['heap_type_object', 'size ht_cached_keys'],
      ['tuple_object', 'size ob_item ob_size'],
      ['list_object', 'size ob_item ob_size'],
      ['set_object', 'size used table mask'],
      ['dict_object', 'size ma_keys ma_values'],
      ['float_object', 'size ob_fval'],
      ['long_object', 'size lv_tag ob_digit'],
      ['bytes_object', 'size ob_size ob_sval'],
      ['unicode_object', 'size state length asciiobject_size compactunicodeobject_size'],
      ['gc', 'size collecting frame generation_stats_size generation_stats'],
      ['gen_object', 'size gi_name gi_iframe gi_frame_state'],
      ['llist_node', 'next prev'],
      [
        'debugger_support',
        `eval_breaker remote_debugger_support remote_debugging_enabled debugger_pending_call
        debugger_script_path debugger_script_path_size`,
      ],
    ],
  ],
]);

/** Bytes from the start of `_PyRuntime` to the table's word `index`. */
export const debugOffsetAt = (index: number): number => HEADER_BYTES + 8 * index;

/** `group.field` of each 64-bit word after the header, in order; undefined for a version we do not know. */
export function debugOffsetFields(minor: number): string[] | undefined {
  return GROUPS.get(minor)?.flatMap(([group, fields]) =>
    fields.split(/\s+/).map((field) => `${group}.${field}`),
  );
}

/** Bytes to read at `_PyRuntime` for the longest table that we know. */
export const MAX_TABLE_BYTES = HEADER_BYTES + 8 * (debugOffsetFields(15)?.length ?? 0);

export type DebugOffsets =
  | { readonly kind: 'layout'; readonly layout: Layout; readonly version: number }
  | { readonly kind: 'refused'; readonly reason: string }
  /** There is no cookie: the memory is not (yet) a runtime. */
  | { readonly kind: 'absent' };

/** Within a minor version the list is fixed from its first final release on, and earlier releases differ. */
function listIsFinal(version: number): boolean {
  const minor = (version >>> 16) & 0xff;
  // 3.15 has had its last change in beta 4.
  if (minor === 15) return version >= 0x030f00b4;
  return (version & 0xf0) === 0xf0;
}

/** Reads the table in `bytes`, the start of `_PyRuntime`. Any bytes are safe to pass. */
export function parseDebugOffsets(bytes: Uint8Array): DebugOffsets {
  if (bytes.length < HEADER_BYTES || COOKIE.some((byte, i) => bytes[i] !== byte)) return { kind: 'absent' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(8, true);
  const minor = (version >>> 16) & 0xff;
  const name = `${version >>> 24}.${minor}`;
  const fields = debugOffsetFields(minor);
  if (version >>> 24 !== 3 || fields === undefined)
    return { kind: 'refused', reason: `CPython ${name} is newer than perfscope knows` };
  if (!listIsFinal(version)) return { kind: 'refused', reason: `this is a pre-release of CPython ${name}` };
  if (view.getUint32(16, true) !== 0)
    return { kind: 'refused', reason: `this is a free-threaded build of CPython ${name}` };
  if (bytes.length < HEADER_BYTES + 8 * fields.length)
    return { kind: 'refused', reason: `the table of offsets of CPython ${name} is cut short` };

  const values = new Map<string, number>();
  for (const [i, field] of fields.entries()) {
    const at = HEADER_BYTES + 8 * i;
    values.set(field, view.getUint32(at, true) + view.getUint32(at + 4, true) * 4294967296);
  }
  const layout = layoutFrom(minor, values);
  if (layout === null)
    return { kind: 'refused', reason: `the table of offsets of CPython ${name} is not plausible` };
  return { kind: 'layout', layout, version };
}

/** Structs that we copy a part of, and the room for that part. No struct of CPython is near it. */
const MAX_THREAD_OFFSET = 480;
const MAX_FRAME_BYTES = 96;
const MAX_CODE_OFFSET = 240;
const MAX_OFFSET = 1 << 20;

function layoutFrom(minor: number, values: ReadonlyMap<string, number>): Layout | null {
  let plausible = true;
  const get = (field: string, limit = MAX_OFFSET, step = 8): number => {
    const value = values.get(field) ?? Number.NaN;
    if (!(value >= 0 && value <= limit && value % step === 0)) plausible = false;
    return value;
  };
  const thread = (field: string) => get(`thread_state.${field}`, MAX_THREAD_OFFSET);
  const frame = (field: string, step = 8) => get(`interpreter_frame.${field}`, MAX_FRAME_BYTES - step, step);
  const code = (field: string, step = 8) => get(`code_object.${field}`, MAX_CODE_OFFSET, step);

  const chunk = thread('datastack_chunk');
  const nativeThreadId = thread('native_thread_id');
  const asciiData = get('unicode_object.asciiobject_size', 128);
  const layout: Layout = {
    ...STABLE,
    minor,
    runtime: { interpretersHead: get('runtime_state.interpreters_head'), gil: ABSENT },
    interpreter: {
      next: get('interpreter_state.next'),
      threadsHead: get('interpreter_state.threads_head'),
      gil: get('interpreter_state.ceval_gil'),
      modules: get('interpreter_state.imports_modules'),
    },
    thread: {
      next: thread('next'),
      interpreter: thread('interp'),
      threadId: thread('thread_id'),
      nativeThreadId,
      identity: nativeThreadId,
    },
    frames: {
      kind: 'dataStack',
      top: thread('current_frame'),
      topInCFrame: ABSENT,
      chunk,
      // Not in any table: it follows the chunk in 3.13, 3.14 and 3.15.
      chunkTop: chunk + 8,
      previous: frame('previous'),
      code: frame('executable'),
      instruction: frame('instr_ptr'),
      owner: frame('owner', 1),
      base: minor >= 15 ? thread('base_frame') : ABSENT,
      // 3.14 names an owner 4 and 3.15 had one for a time; both are frames without code, as 3 is.
      maxOwner: minor === 13 ? 3 : 4,
      entry: ABSENT,
      suspended: minor === 13 ? 64 : ABSENT,
      size: frame('localsplus'),
    },
    code: {
      fileName: code('filename'),
      firstLine: code('firstlineno', 4),
      name: code('qualname'),
      bytecode: code('co_code_adaptive'),
      lineTable: code('linetable'),
      // Not in any table: 32-bit fields, the last one before `localsplusnames` and those beside the first line.
      version: code('localsplusnames') - 4,
      stackSize: code('firstlineno', 4) - 4,
      localCount: code('firstlineno', 4) + 4,
      // Not in any table; where it has been since 3.11.
      exceptionTable: minor === 13 ? 40 : ABSENT,
      returns: minor === 13 ? [36, 103] : [],
    },
    // The basic size to the cached keys: not in the tables of 3.13 and 3.14, as in their headers.
    type: {
      name: get('type_object.tp_name', 1024),
      basicSize: minor >= 15 ? get('type_object.tp_basicsize', 1024) : 32,
      flags: get('type_object.tp_flags', 1024),
      dictOffset: minor >= 15 ? get('type_object.tp_dictoffset', 1024) : 288,
      cachedKeys: minor >= 15 ? get('heap_type_object.ht_cached_keys', 2048) : 880,
    },
    text: {
      length: get('unicode_object.length', 128),
      state: get('unicode_object.state', 128, 4),
      asciiData,
      data: asciiData + 16,
    },
    bytes: { data: get('bytes_object.ob_sval', 128) },
    integer: { digits: get('long_object.ob_digit', 128), countShift: 3 },
    dict: {
      keys: get('dict_object.ma_keys', 128),
      values: get('dict_object.ma_values', 128),
      ...LOGARITHMIC_KEYS,
      valuesData: 8,
    },
    attributes: { kind: 'inlineValues', valid: 3 },
  };
  return plausible ? layout : null;
}
