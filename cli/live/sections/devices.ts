import type { LiveSnapshot } from '../model.ts';
import type { Page } from '../page.ts';
import { copyRow, deviceRow } from '../rows/devices.ts';
import type { laneColumns } from '../rows/lanes.ts';

/** Rows that devices, and what is copied to and from them, can fill. */
export const deviceRows = ({ devices }: LiveSnapshot): number =>
  devices.devices.length + devices.copies.length;

/** At most `rows` rows: devices first, then the directions. */
export function addDevices(page: Page, rows: number, widths: ReturnType<typeof laneColumns>): void {
  const { devices, now } = page.input.snapshot;
  const { columns } = page.size;
  const drawn = [
    ...devices.devices.map((device) => deviceRow(device, widths, now, columns, page.look)),
    ...devices.copies.map((copy) => copyRow(copy, widths, now, columns, page.look)),
  ];
  for (const row of drawn.slice(0, rows)) page.add(row);
}
