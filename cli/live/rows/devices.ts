import type { DeviceDirection } from '../../../analyzer/analysis/deviceWork.ts';
import { drawSeries } from '../bars.ts';
import type { CopyView, DeviceView } from '../devices.ts';
import { compact, percent, volume } from '../figures.ts';
import { Line, type Look } from '../line.ts';
import type { laneColumns } from './lanes.ts';

type Columns = ReturnType<typeof laneColumns>;

const SHARE_CELLS = 5;
const WAYS: Readonly<Record<DeviceDirection, string>> = {
  H2D: 'to device',
  D2H: 'from device',
  D2D: 'on device',
  P2P: 'between devices',
};

/** How busy a device is with kernels, how many a second, and which most. */
export function deviceRow(
  device: DeviceView,
  columns: Columns,
  now: number,
  width: number,
  look: Look,
): string {
  const { palette } = look;
  const line = new Line(width, look).skip(1).ends(device.title, columns.name, palette.bold).skip(2);
  if (columns.ids > 0) line.skip(columns.ids);
  const from = line.column;
  if (columns.spark > 0) drawSeries(line, device.history, columns.spark, device.start, now, 1, palette.good);
  line.to(from + columns.spark).skip(2);
  line.number(percent(device.busy), SHARE_CELLS).skip(2);
  line.text(`${compact(device.kernelsPerSecond)} kernels/s`, palette.dim);
  if (device.kernel !== '' && line.room > 14)
    line.skip(2).text(device.kernel, '', Math.max(10, line.room - 20));
  if (device.name !== '' && line.room > 12) line.skip(2).text(device.name, palette.dim);
  return line.end();
}

/** Bytes a second that go one way; the highest of the last 30 seconds is a full cell. */
export function copyRow(copy: CopyView, columns: Columns, now: number, width: number, look: Look): string {
  const { palette } = look;
  const line = new Line(width, look).skip(1).field(copy.direction, columns.name, palette.bold).skip(2);
  if (columns.ids > 0) line.skip(columns.ids);
  const from = line.column;
  if (columns.spark > 0) drawSeries(line, copy.history, columns.spark, copy.start, now, null, palette.accent);
  line.to(from + columns.spark).skip(2 + SHARE_CELLS + 2);
  line.text(`${volume(copy.bytesPerSecond)}/s ${WAYS[copy.direction]}`);
  const sum = `${volume(copy.bytes)} so far`;
  if (line.room > sum.length + 3) line.skip(3).text(sum, palette.dim);
  return line.end();
}
