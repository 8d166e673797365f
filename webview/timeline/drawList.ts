/** Coloured boxes in CSS pixels, in typed arrays that are used again for the next frame. */
export class DrawList {
  length = 0;
  x = new Float32Array(1024);
  y = new Float32Array(1024);
  width = new Float32Array(1024);
  height = new Float32Array(1024);
  /** What the colour stands for; the painter knows the colours. */
  kind = new Int32Array(1024);
  /** Where a box comes from, for painters that write on it; what it means is up to the layout. */
  item = new Int32Array(1024);

  push(x: number, y: number, width: number, height: number, kind: number, item = -1): void {
    if (this.length === this.x.length) this.grow();
    const at = this.length++;
    this.x[at] = x;
    this.y[at] = y;
    this.width[at] = width;
    this.height[at] = height;
    this.kind[at] = kind;
    this.item[at] = item;
  }

  clear(): void {
    this.length = 0;
  }

  private grow(): void {
    const grown = <A extends Float32Array | Int32Array>(old: A, wider: A): A => {
      wider.set(old);
      return wider;
    };
    const size = this.x.length * 2;
    this.x = grown(this.x, new Float32Array(size));
    this.y = grown(this.y, new Float32Array(size));
    this.width = grown(this.width, new Float32Array(size));
    this.height = grown(this.height, new Float32Array(size));
    this.kind = grown(this.kind, new Int32Array(size));
    this.item = grown(this.item, new Int32Array(size));
  }
}
