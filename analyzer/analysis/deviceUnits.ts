import type { Tables } from '../model/index.ts';

/**
 * The devices of a recording as things that can be busy. A device that several processes use has a row of `devices` for each
 * of them; they are one unit where its uuid says so. Without a uuid nobody can tell, and they stay apart.
 */
export interface DeviceUnits {
  readonly count: number;
  /** The unit of each row of `devices`. */
  readonly ofDevice: Uint32Array;
  /** The first row of `devices` of each unit. */
  readonly row: readonly number[];
}

export function deviceUnits({ devices }: Pick<Tables, 'devices'>): DeviceUnits {
  const known = new Map<string, number>();
  const row: number[] = [];
  const ofDevice = new Uint32Array(devices.length);
  for (let i = 0; i < devices.length; i++) {
    const key = devices.uuid[i] || `${devices.kind[i]} ${devices.ordinal[i]} of ${devices.process[i]}`;
    let unit = known.get(key);
    if (unit === undefined) {
      unit = row.length;
      known.set(key, unit);
      row.push(i);
    }
    ofDevice[i] = unit;
  }
  return { count: row.length, ofDevice, row };
}

/** What a unit is called: `GPU 0`, `OpenCL 1`; names of hardware are long and stand beside it. */
export function unitTitle({ devices }: Pick<Tables, 'devices'>, units: DeviceUnits, unit: number): string {
  const row = units.row[unit] ?? -1;
  const kind = devices.kind[row];
  const title = kind === 'cuda' ? 'GPU' : kind === 'opencl' ? 'OpenCL' : 'device';
  const ordinal = devices.ordinal[row] ?? unit;
  const twins = units.row.filter(
    (other) => devices.kind[other] === kind && devices.ordinal[other] === ordinal,
  );
  const process = devices.process[row] ?? 0;
  return `${title} ${ordinal}${twins.length > 1 && process > 0 ? ` of ${process}` : ''}`;
}
