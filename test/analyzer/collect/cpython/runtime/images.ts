import { debugOffsetFields } from '../../../../../analyzer/collect/cpython/runtime/layouts/debugOffsets.ts';
import { Memory } from '../../../../../analyzer/collect/cpython/runtime/memory.ts';

/** The memory of a process that never was: regions of bytes at addresses, and nothing between them. */
export class ImageMemory extends Memory {
  readonly regions: { readonly base: number; readonly bytes: DataView }[] = [];

  map(base: number, length: number): void {
    this.regions.push({ base, bytes: new DataView(new ArrayBuffer(length)) });
  }

  unmap(base: number): void {
    this.regions.splice(
      this.regions.findIndex((region) => region.base === base),
      1,
    );
  }

  word(address: number, value: number): void {
    this.half(address, value % 2 ** 32);
    this.half(address + 4, Math.floor(value / 2 ** 32));
  }

  half(address: number, value: number): void {
    const { base, bytes } = this.regionOf(address);
    bytes.setUint32(address - base, value, true);
  }

  byte(address: number, value: number): void {
    const { base, bytes } = this.regionOf(address);
    bytes.setUint8(address - base, value);
  }

  put(address: number, content: Uint8Array): void {
    for (const [i, value] of content.entries()) this.byte(address + i, value);
  }

  protected override copy(address: number, target: Uint8Array, at: number, length: number): number {
    const region = this.regions.find(
      ({ base, bytes }) => address >= base && address < base + bytes.byteLength,
    );
    if (region === undefined) return 0;
    const count = Math.min(length, region.base + region.bytes.byteLength - address);
    target.set(new Uint8Array(region.bytes.buffer, address - region.base, count), at);
    return count;
  }

  private regionOf(address: number): { readonly base: number; readonly bytes: DataView } {
    const region = this.regions.find(
      ({ base, bytes }) => address >= base && address < base + bytes.byteLength,
    );
    if (region === undefined) throw new Error(`nothing at ${address.toString(16)}`);
    return region;
  }
}

type Offsets = Readonly<Record<string, number>>;

/** Offsets of the default build of 3.14.0 on Linux; docs/collectors/cpython-layouts.md says where they come from. */
export const TABLE_3_14: Offsets = {
  'runtime_state.finalizing': 784,
  'runtime_state.interpreters_head': 808,
  'interpreter_state.id': 7280,
  'interpreter_state.next': 7272,
  'interpreter_state.threads_head': 7344,
  'interpreter_state.threads_main': 7360,
  'interpreter_state.imports_modules': 7664,
  'interpreter_state.ceval_gil': 16,
  'thread_state.size': 824,
  'thread_state.next': 8,
  'thread_state.interp': 16,
  'thread_state.current_frame': 72,
  'thread_state.thread_id': 152,
  'thread_state.native_thread_id': 160,
  'thread_state.datastack_chunk': 232,
  'interpreter_frame.size': 88,
  'interpreter_frame.previous': 8,
  'interpreter_frame.executable': 0,
  'interpreter_frame.instr_ptr': 56,
  'interpreter_frame.localsplus': 80,
  'interpreter_frame.owner': 74,
  'interpreter_frame.stackpointer': 64,
  'code_object.size': 216,
  'code_object.filename': 112,
  'code_object.name': 120,
  'code_object.qualname': 128,
  'code_object.linetable': 136,
  'code_object.firstlineno': 68,
  'code_object.localsplusnames': 96,
  'code_object.co_code_adaptive': 208,
  'pyobject.ob_type': 8,
  'type_object.tp_name': 24,
  'type_object.tp_flags': 168,
  'dict_object.ma_keys': 32,
  'dict_object.ma_values': 40,
  'long_object.lv_tag': 16,
  'long_object.ob_digit': 24,
  'bytes_object.ob_size': 16,
  'bytes_object.ob_sval': 32,
  'unicode_object.state': 32,
  'unicode_object.length': 16,
  'unicode_object.asciiobject_size': 40,
};

export const TABLE_3_15: Offsets = {
  ...TABLE_3_14,
  'runtime_state.finalizing': 912,
  'runtime_state.interpreters_head': 936,
  'interpreter_state.id': 7272,
  'interpreter_state.next': 7264,
  'interpreter_state.threads_head': 7336,
  'interpreter_state.threads_main': 7352,
  'thread_state.size': 888,
  'thread_state.base_frame': 80,
  'thread_state.thread_id': 176,
  'thread_state.native_thread_id': 184,
  'thread_state.datastack_chunk': 256,
  'type_object.tp_basicsize': 32,
  'type_object.tp_dictoffset': 288,
  'heap_type_object.ht_cached_keys': 880,
  'unicode_object.compactunicodeobject_size': 56,
};

/** The bytes of `_Py_DebugOffsets`; fields that `values` does not have are 0. */
export function debugOffsets(minor: number, version: number, values: Offsets): Uint8Array {
  const fields = debugOffsetFields(minor) ?? [];
  const bytes = new Uint8Array(24 + 8 * fields.length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('xdebugpy'));
  view.setUint32(8, version, true);
  for (const [i, field] of fields.entries()) view.setUint32(24 + 8 * i, values[field] ?? 0, true);
  for (const field of Object.keys(values))
    if (!fields.includes(field)) throw new Error(`3.${minor} has no field ${field}`);
  return bytes;
}
