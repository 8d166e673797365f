/** Bytes in the text of a page. Base64 and not a binary string: it survives every encoding and holds no markup. */

/** The native methods are several times faster and not everywhere yet. */
type Native = { toBase64?: () => string };
type NativeConstructor = { fromBase64?: (text: string) => Uint8Array };

/** `String.fromCharCode` takes its arguments from the stack: pieces of this size fit every browser's. */
const PIECE = 0x8000;

export function toBase64(bytes: Uint8Array): string {
  const native = (bytes as Native).toBase64;
  if (native) return native.call(bytes);
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += PIECE)
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + PIECE)));
  return btoa(pieces.join(''));
}

/** Throws an Error when `text` is no Base64. */
export function fromBase64(text: string): Uint8Array {
  const native = (Uint8Array as NativeConstructor).fromBase64;
  if (native) return native.call(Uint8Array, text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
