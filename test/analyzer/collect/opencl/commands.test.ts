import { afterAll, expect } from '@jest/globals';
import { DIRECTIONS, KERNEL_KINDS, MEMORY_KINDS } from '../../../../analyzer/model/index.ts';
import {
  bytesByDirection,
  kernelCounts,
  type OpenClRun,
  openClProgram,
  removeOpenClFolders,
  runWithLayer,
  testOpenCl,
} from '../../../harness/opencl.ts';
import { run, temporaryFolder } from '../../../harness/perfscope.ts';

/** C programs on a real driver, with the layer: what it tells is what they did, and they do not notice. */
const folder = temporaryFolder();
afterAll(() => {
  folder.remove();
  removeOpenClFolders();
});

const K = 1024;
/** Sizes in commands.c: buffers, images, boxes. */
const [BUFFER, IMAGE, BOX] = [256 * K, 16 * K, 8 * K];

/** Calls of a run with the bytes of each, in order of the call: `name bytes`, as commands.c prints them. */
function callsOf({ tables: { kernels, transfers, strings } }: OpenClRun): string[] {
  const calls: { start: number; line: string }[] = [];
  for (let i = 0; i < transfers.length; i++) {
    const call = strings.value[transfers.call[i] as number];
    calls.push({ start: transfers.callStart[i] as number, line: `${call} ${transfers.bytes[i]}` });
  }
  for (let i = 0; i < kernels.length; i++) {
    const isKernel = KERNEL_KINDS[kernels.kind[i] as number] === 'kernel';
    const name = strings.value[(isKernel ? kernels.name[i] : kernels.call[i]) as number];
    calls.push({ start: kernels.callStart[i] as number, line: `${name} ${kernels.bytes[i]}` });
  }
  return calls.sort((a, b) => a.start - b.start).map(({ line }) => line);
}

testOpenCl('every command of a queue is recorded once, with its bytes and times of the device', async () => {
  const recorded = await runWithLayer([openClProgram(folder.path, 'commands')]);
  expect(recorded.ended).toMatchObject({ code: 7, stderr: '' });
  const lines = recorded.ended.stdout.trim().split('\n');
  const total = Number(lines.pop()?.split(' ')[1]);
  expect(callsOf(recorded)).toEqual(lines);
  expect(recorded.health).toMatchObject({ processes: 1, failed: 0, untimed: 0, damaged: 0, unfinished: 0 });

  const { kernels, transfers } = recorded.tables;
  let sum = 0;
  for (let i = 0; i < kernels.length; i++) {
    sum += (kernels.end[i] as number) - (kernels.start[i] as number);
    // Nothing begins before it was asked for.
    expect(kernels.queued[i]).toBeGreaterThanOrEqual(kernels.callStart[i] as number);
    expect(kernels.start[i]).toBeGreaterThanOrEqual(kernels.submitted[i] as number);
  }
  for (let i = 0; i < transfers.length; i++) {
    if (transfers.device[i] === -1) continue;
    sum += (transfers.end[i] as number) - (transfers.start[i] as number);
    expect(transfers.start[i]).toBeGreaterThanOrEqual(transfers.callStart[i] as number);
  }
  // Each command's times are rounded once.
  expect(Math.abs(sum - total)).toBeLessThanOrEqual(lines.length);
});

testOpenCl('bytes are told by direction, kernels by name', async () => {
  const { tables } = await runWithLayer([openClProgram(folder.path, 'commands')]);
  expect(bytesByDirection(tables)).toEqual({
    // Made with the host's values, written, written to a half, a box, migrated, unmapped; images; shared memory.
    H2D: BUFFER * 4.5 + BOX + 2 * IMAGE + 3 * BUFFER,
    D2H: 2 * BUFFER + BOX + IMAGE + 1.5 * BUFFER,
    D2D: BUFFER + BOX + 3 * IMAGE + BUFFER,
  });
  expect(kernelCounts(tables)).toEqual({
    'kernel work': 3,
    'kernel one': 1,
    'native native kernel': 1,
    'memset fill buffer': 1,
    'memset fill image': 1,
    'memset SVM mem fill': 1,
    'marker map image': 1,
    'marker marker': 1,
    'marker marker with wait list': 1,
    'marker barrier with wait list': 1,
    'marker SVM free': 1,
  });
  const { kernels, strings } = tables;
  const work = kernels.name.findIndex((name) => strings.value[name] === 'work');
  expect([kernels.gridX[work], kernels.gridY[work], kernels.blockX[work]]).toEqual([1024, 1, 64]);
});

testOpenCl('a copy tells what memory it lies in, whether the host waited, and what was in it', async () => {
  const { tables } = await runWithLayer([openClProgram(folder.path, 'commands')]);
  const { transfers, strings, devices, lanes } = tables;
  const written = [];
  for (let i = 0; i < transfers.length; i++) {
    if (strings.value[transfers.call[i] as number] !== 'clEnqueueWriteBuffer') continue;
    written.push({
      direction: DIRECTIONS[transfers.direction[i] as number],
      from: MEMORY_KINDS[transfers.from[i] as number],
      to: MEMORY_KINDS[transfers.to[i] as number],
      asynchronous: transfers.asynchronous[i],
      buffer: transfers.buffer[i] !== 0,
      content: transfers.content[i] !== 0,
      lane: lanes.name[transfers.lane[i] as number],
    });
  }
  const common = { direction: 'H2D', from: 'pageable', to: 'shared', buffer: true, content: true };
  const lane = 'OpenCL CPU 0 queue 1';
  expect(written).toEqual([
    { ...common, asynchronous: 0, lane },
    { ...common, asynchronous: 1, lane },
  ]);
  expect([devices.length, devices.kind[0], devices.sharesMemory[0]]).toEqual([1, 'opencl', 1]);
  // The same buffer, made and written with the same values.
  const made = transfers.call.findIndex((call) => strings.value[call] === 'clCreateBuffer');
  const whole = transfers.call.findIndex((call) => strings.value[call] === 'clEnqueueWriteBuffer');
  expect(transfers.content[made]).toBe(transfers.content[whole]);
  expect(transfers.buffer[made]).toBe(transfers.buffer[whole]);
  expect(transfers.device[made]).toBe(-1);
});

testOpenCl('calls that wait, build, make and free are spans of their thread', async () => {
  const { tables } = await runWithLayer([openClProgram(folder.path, 'commands')]);
  const { spans, strings, lanes } = tables;
  const names = new Map<string, number>();
  for (let i = 0; i < spans.length; i++) {
    const name = strings.value[spans.name[i] as number] as string;
    names.set(name, (names.get(name) ?? 0) + 1);
    expect(lanes.thread[spans.lane[i] as number]).toBeGreaterThan(0);
  }
  // 40 events, each waited for; four kernels' programs were built in two.
  expect(Object.fromEntries(names)).toMatchObject({
    clFinish: 1,
    clBuildProgram: 2,
    clEnqueueBarrier: 1,
    clSVMAlloc: 2,
    clSVMFree: 1,
    clCreateImage: 1,
    clCreateImage2D: 1,
  });
});

testOpenCl('a program sees its queues, events and their references as without the layer', async () => {
  const program = openClProgram(folder.path, 'unprofiled');
  const plain = await run(program, []);
  const recorded = await runWithLayer([program]);
  expect(plain.stdout).toContain('plain: properties 0 0 8');
  expect(recorded.ended).toEqual(plain);
  // Its commands have times all the same.
  expect(recorded.health).toMatchObject({ untimed: 0, commands: 18, transfers: 18 });
});

testOpenCl('queues out of order behind events of the user, on several threads and contexts', async () => {
  const program = openClProgram(folder.path, 'order');
  const { ended, tables, health } = await runWithLayer([program]);
  expect(ended).toEqual(await run(program, []));
  expect(kernelCounts(tables)).toEqual({ 'kernel add': 400 });
  expect(bytesByDirection(tables)).toEqual({ H2D: 200 * 16 * K, D2H: 200 * 16 * K });
  expect(health).toMatchObject({ unfinished: 0, damaged: 0 });
  expect([...tables.lanes.kind].filter((kind) => kind === 2)).toHaveLength(4);
  expect(new Set(tables.kernels.callLane).size).toBe(4);
});

const ENDINGS = ['return', 'exit', '_exit', 'abort', 'term', 'kill'];
testOpenCl('nothing that has finished is lost however the process ends', async () => {
  const program = openClProgram(folder.path, 'endings');
  for (const ending of ENDINGS) {
    const { ended, tables } = await runWithLayer([program, ending]);
    const { stdout, code, signal } = await run(program, [ending]);
    expect({ ending, ...ended, stderr: '' }).toEqual({ ending, stdout, code, signal, stderr: '' });
    expect({ ending, ...bytesByDirection(tables) }).toEqual({ ending, H2D: 10 * 4 * K });
  }
});

testOpenCl('a forked child and a program that replaces itself have logs of their own', async () => {
  const program = openClProgram(folder.path, 'endings');
  const forked = await runWithLayer([program, 'fork']);
  expect(forked.ended).toMatchObject({ code: 3, stdout: 'child 4\nchild 5\n' });
  expect(bytesByDirection(forked.tables)).toEqual({ H2D: 20 * 4 * K });
  expect(forked.health.processes).toBe(2);
  const replaced = await runWithLayer([program, 'exec']);
  expect(replaced.ended).toMatchObject({ code: 3, stdout: 'replaced\nwritten\n' });
  expect(bytesByDirection(replaced.tables)).toEqual({ H2D: 20 * 4 * K });
});

// In blocks of 512 bytes, one less than the first file of a log.
testOpenCl('a log that cannot be written costs itself and not the program', async () => {
  const command = ['sh', '-c', `ulimit -f 127; exec ${openClProgram(folder.path, 'endings')} exit`];
  const limited = await runWithLayer(command);
  expect(limited.ended).toMatchObject({ code: 3, stdout: 'written\n', stderr: '' });
  expect(limited.health.records).toBe(0);
});
