const SIZE = 1 << 14;
const ENTRY = 16;

/** Which memory of the host was copied, by the correlation of the call: the last some thousand. */
export class CopySources {
  private readonly correlation = new Uint32Array(SIZE);
  private readonly content = new Uint32Array(SIZE);
  private readonly address = new Float64Array(SIZE);

  /** Takes a `copies` chunk: of each correlation u32, hash u32, address u64. */
  learn(payload: DataView): void {
    for (let at = 0; at + ENTRY <= payload.byteLength; at += ENTRY) {
      const correlation = payload.getUint32(at, true);
      const slot = correlation & (SIZE - 1);
      this.correlation[slot] = correlation;
      this.content[slot] = payload.getUint32(at + 4, true);
      this.address[slot] = payload.getUint32(at + 12, true) * 2 ** 32 + payload.getUint32(at + 8, true);
    }
  }

  /** 0 when it is not known. */
  addressOf(correlation: number): number {
    const slot = correlation & (SIZE - 1);
    return correlation !== 0 && this.correlation[slot] === correlation ? (this.address[slot] as number) : 0;
  }

  /** A hash of samples of what was copied to a device; 0 when it is not known. */
  contentOf(correlation: number): number {
    const slot = correlation & (SIZE - 1);
    return correlation !== 0 && this.correlation[slot] === correlation ? (this.content[slot] as number) : 0;
  }
}
