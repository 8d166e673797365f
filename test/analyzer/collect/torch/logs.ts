import { HEADER_BYTES, SCOPES, type Scope, UNIT_BYTES } from '../../../../analyzer/collect/torch/records.ts';

/** Logs as operators.cpp writes them. */
export function header(process: number, thread: number, torchThread: number, lost = 0): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  bytes.set(new TextEncoder().encode('perfscope-torch 1\n'));
  const view = new DataView(bytes.buffer);
  view.setUint32(32, process, true);
  view.setUint32(36, thread, true);
  view.setBigUint64(40, BigInt(torchThread), true);
  view.setBigUint64(48, BigInt(lost), true);
  return bytes;
}

export function name(number: number, text: string): Uint8Array {
  const encoded = new TextEncoder().encode(text);
  const bytes = new Uint8Array(Math.ceil((8 + encoded.length) / UNIT_BYTES) * UNIT_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 2);
  view.setUint16(2, encoded.length, true);
  view.setUint32(4, number, true);
  bytes.set(encoded, 8);
  return bytes;
}

export interface OperatorSpec {
  readonly name: number;
  readonly start: number;
  readonly end: number;
  readonly scope?: Scope;
  readonly sequence?: number;
  readonly forwardThread?: number;
}

export function operator(spec: OperatorSpec): Uint8Array {
  const bytes = new Uint8Array(UNIT_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 1);
  view.setUint8(1, SCOPES.indexOf(spec.scope ?? 'forward'));
  view.setUint32(4, spec.name, true);
  view.setBigInt64(8, BigInt(spec.start), true);
  view.setBigInt64(16, BigInt(spec.end), true);
  view.setBigInt64(24, BigInt(spec.sequence ?? -1), true);
  view.setBigUint64(32, BigInt(spec.forwardThread ?? 0), true);
  return bytes;
}

export const joined = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);
