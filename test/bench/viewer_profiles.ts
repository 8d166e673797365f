import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toSpeedscope } from '../../analyzer/formats/speedscope/write.ts';
import {
  emptyTables,
  LANE_KINDS,
  LANE_ROLES,
  type Recording,
  RUNNING,
  SCHEMAS,
  TableBuilder,
  type Tables,
  WAITING,
  WAITS,
} from '../../analyzer/model/index.ts';
import { encodeRecording } from '../../analyzer/recording/index.ts';
import { reportPage } from '../../webview/reportPage.ts';
import { deviceRun, START } from '../webview/syntheticDevices.ts';
import { syntheticMeta } from '../webview/syntheticRecording.ts';

/**
 * Makes one of the profiles that `viewer.mjs` opens: `make` writes a recording and what `perfscope export -f speedscope` writes of it,
 * `page` the report of it with the viewer of now. Pages have no findings: rules have run before a page is written.
 */
const [name = '', folder = '', viewer = '', part = ''] = process.argv.slice(2);
const MS = 1e6;
const DEEPEST = 38;
const THREADS = 4;

/** mulberry32: the same numbers on every machine. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface Shape {
  readonly samples: number;
  readonly nodes: number;
  readonly functions: number;
  readonly lanes: number;
}

/** Threads that wander through a tree of calls: most looks find the stack of the one before, a call deeper or one less deep. */
function sampledRun({ samples, nodes, functions, lanes }: Shape): Recording {
  const rnd = random(12345);
  const perLane = Math.floor(samples / lanes);
  const length = perLane * MS;
  const tables: Partial<Tables> = {
    ...calls(nodes, functions, rnd),
    ...threads(lanes, length),
  };
  const { parent } = tables.stacks as Tables['stacks'];
  const children: number[][] = Array.from({ length: nodes }, () => []);
  for (let node = 1; node < nodes; node++) children[parent[node] as number]?.push(node);
  return {
    meta: syntheticMeta(length),
    tables: { ...emptyTables(), ...tables, samples: looks(perLane, lanes, { parent, children, rnd }) },
  };
}

function calls(
  nodes: number,
  functions: number,
  rnd: () => number,
): Pick<Tables, 'strings' | 'frames' | 'stacks'> {
  const FILES = 400;
  const value = [
    ...Array.from({ length: functions }, (_, i) => `module_${i % 97}.Class${i % 331}.method_${i}`),
    ...Array.from({ length: FILES }, (_, i) => `/srv/app/src/pkg_${i % 20}/file_${i}.py`),
  ];
  const column = (of: (i: number) => number): Uint32Array =>
    Uint32Array.from({ length: functions }, (_, i) => of(i));
  const parent = new Int32Array(nodes).fill(-1);
  const frame = new Uint32Array(nodes);
  const depth = new Uint8Array(nodes);
  for (let node = 1; node < nodes; node++) {
    let above = DEEPEST + 1;
    let from = 0;
    while (above > DEEPEST) {
      from = rnd() < 0.8 ? Math.max(0, node - 1 - Math.floor(rnd() * 60)) : Math.floor(rnd() * node);
      above = depth[from] as number;
    }
    parent[node] = from;
    depth[node] = above + 1;
    // With fewer functions than nodes some are called from many places; with as many, each is seen once.
    frame[node] = functions >= nodes ? node : Math.floor(rnd() ** 2 * functions);
  }
  return {
    strings: { length: value.length, value },
    frames: {
      length: functions,
      name: column((i) => i),
      file: column((i) => functions + (i % FILES)),
      line: column((i) => 2 + (i % 900)),
      functionLine: column((i) => 1 + (i % 900)),
      language: new Uint8Array(functions),
    },
    stacks: { length: nodes, parent, frame },
  };
}

function threads(lanes: number, length: number): Pick<Tables, 'lanes' | 'processes'> {
  const rows = new TableBuilder(SCHEMAS.lanes);
  const processes = new TableBuilder(SCHEMAS.processes);
  for (let id = 0; id < lanes; id++) {
    const process = 800 + Math.floor(id / THREADS);
    const isFirst = id % THREADS === 0;
    const lived = { start: START, end: START + length };
    if (isFirst)
      processes.push({
        ...lived,
        ...{ process, parent: id === 0 ? 0 : 800, name: `worker-${process - 800}` },
        ...{ command: 'python train.py', runtime: 'CPython 3.12.1' },
      });
    rows.push({
      ...lived,
      ...{ id, kind: LANE_KINDS.indexOf('thread'), role: LANE_ROLES.indexOf(id === 0 ? 'main' : 'worker') },
      ...{
        process,
        thread: isFirst ? process : 5000 + id,
        name: isFirst ? 'MainThread' : `thread ${id}`,
        cpu: -1,
      },
    });
  }
  return { lanes: rows.finish(), processes: processes.finish() };
}

interface Walk {
  readonly parent: Int32Array;
  readonly children: readonly (readonly number[])[];
  readonly rnd: () => number;
}

/** One look a millisecond; lanes take turns in blocks of a quarter second, as collectors write them. */
function looks(perLane: number, lanes: number, { parent, children, rnd }: Walk): Tables['samples'] {
  const BLOCK = 250;
  const length = perLane * lanes;
  const samples = {
    lane: new Uint32Array(length),
    time: new Float64Array(length),
    cpu: new Uint32Array(length),
    ready: new Uint32Array(length),
    stack: new Int32Array(length),
    count: new Uint16Array(length).fill(1),
    state: new Uint8Array(length),
    wait: new Uint8Array(length),
    flags: new Uint8Array(length),
  };
  const at = Uint32Array.from({ length: lanes }, () => 1 + Math.floor(rnd() * (parent.length - 1)));
  let row = 0;
  for (let block = 0; block < perLane; block += BLOCK)
    for (let lane = 0; lane < lanes; lane++)
      for (let tick = block; tick < Math.min(perLane, block + BLOCK); tick++) {
        at[lane] = step(at[lane] as number, parent, children, rnd);
        const waits = Math.floor(tick / 40 + lane * 3) % 7 < 2;
        samples.lane[row] = lane;
        samples.time[row] = START + (tick + 1) * MS;
        samples.cpu[row] = waits ? 0 : 0.97 * MS;
        samples.stack[row] = at[lane] as number;
        samples.state[row] = waits ? WAITING : RUNNING;
        samples.wait[row] = waits ? WAITS.indexOf(lane % 2 ? 'lock' : 'pipe') : 0;
        row++;
      }
  return { length, ...samples };
}

function step(node: number, parent: Int32Array, children: Walk['children'], rnd: () => number): number {
  const chance = rnd();
  if (chance < 0.55) return node;
  if (chance < 0.75) {
    const its = children[node] ?? [];
    return its[Math.floor(rnd() * its.length)] ?? node;
  }
  if (chance < 0.93) return Math.max(1, parent[node] as number);
  return 1 + Math.floor(rnd() * (parent.length - 1));
}

const million: Shape = { samples: 1e6, nodes: 1e5, functions: 5000, lanes: 64 };
const PROFILES: Readonly<Record<string, () => Recording>> = {
  samples: () => sampledRun(million),
  gpu: () => deviceRun({ kernels: 1e6, copies: 1e6, samples: 50_000, streams: 4 }),
  functions: () => sampledRun({ ...million, samples: 2e5, functions: 1e5 }),
  large: () => sampledRun({ ...million, samples: 1e7 }),
  lanes: () => sampledRun({ ...million, samples: 5e5, lanes: 512 }),
};
/** What speedscope opens as well, and by what its samples are weighed. */
const METRIC = { samples: 'wall', gpu: 'gpu' } as const;

const bytes = join(folder, `${name}.recording`);
if (part === 'make') {
  const recording = (PROFILES[name] as () => Recording)();
  if (name in METRIC)
    writeFileSync(
      join(folder, `${name}.speedscope.json`),
      JSON.stringify(toSpeedscope(recording, METRIC[name as keyof typeof METRIC])),
    );
  writeFileSync(bytes, encodeRecording(recording));
} else
  writeFileSync(
    join(folder, `${name}.html`),
    reportPage({
      recording: readFileSync(bytes),
      advice: null,
      script: readFileSync(join(viewer, 'viewer.js'), 'utf8'),
      style: readFileSync(join(viewer, 'viewer.css'), 'utf8'),
      title: name,
      sha256: (text) => createHash('sha256').update(text).digest('base64'),
    }),
  );
