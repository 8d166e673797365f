export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A stepped area under `values`, which share `box.width` evenly; NaN leaves a hole. */
export function area(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  values: Float64Array,
  box: Box,
  most: number,
  fill: string,
  line: string | null,
): void {
  const step = box.width / values.length;
  const bottom = box.y + box.height;
  context.fillStyle = fill;
  context.beginPath();
  const tops = new Path2D();
  let inside = false;
  for (let i = 0; i <= values.length; i++) {
    const value = i < values.length ? (values[i] as number) : Number.NaN;
    const x = box.x + i * step;
    if (Number.isNaN(value)) {
      if (inside) {
        context.lineTo(x, bottom);
        context.closePath();
      }
      inside = false;
      continue;
    }
    const top = bottom - (Math.min(value, most) / most) * box.height;
    if (!inside) {
      context.moveTo(x, bottom);
      tops.moveTo(x, top);
    }
    inside = true;
    context.lineTo(x, top);
    context.lineTo(x + step, top);
    tops.lineTo(x, top);
    tops.lineTo(x + step, top);
  }
  context.fill();
  if (line === null) return;
  context.strokeStyle = line;
  context.lineWidth = 1;
  context.stroke(tops);
}
