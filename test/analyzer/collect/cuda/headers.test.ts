import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import {
  API_FIELDS,
  KERNEL_FIELDS,
  KINDS,
  LAYOUTS,
  MEMCPY_FIELDS,
  MEMSET_FIELDS,
  PEER_FIELDS,
} from '../../../../analyzer/collect/cuda/layouts.ts';
import { AGENT } from '../../../harness/cuda/fake.ts';
import { temporaryFolder } from '../../../harness/perfscope.ts';

/** What agent and decoder know of CUPTI, held against the headers of a CUDA 13 toolkit where there is one. */
const folder = temporaryFolder();
afterAll(folder.remove);
const toolkit = ['/usr/local', '/opt']
  .flatMap((root) => (existsSync(root) ? readdirSync(root).map((name) => join(root, name, 'include')) : []))
  .find((path) => existsSync(join(path, 'cupti_activity_deprecated.h')));

/** Structures of each kind by length; offsets in words as the decoder has them. */
const SIZES: [number, string[]][] = [
  [KINDS.kernel, [4, 5, 6, 7, 8, 9, 10].map((n) => `Kernel${n}`)],
  [KINDS.memcpy, ['Memcpy', 'Memcpy3', 'Memcpy4', 'Memcpy5', 'Memcpy6']],
  [KINDS.peerCopy, ['MemcpyPtoP', 'MemcpyPtoP2', 'MemcpyPtoP3', 'MemcpyPtoP4']],
  [KINDS.memset, ['Memset', 'Memset2', 'Memset3', 'Memset4']],
  [KINDS.runtime, ['API']],
  [KINDS.device, ['Device2', 'Device3', 'Device4', 'Device5']],
  [KINDS.context, ['Context', 'Context2', 'Context3']],
  [KINDS.name, ['Name']],
  [KINDS.marker, ['Marker2']],
  [KINDS.overhead, ['Overhead', 'Overhead2', 'Overhead3']],
  [KINDS.unifiedMemory, ['UnifiedMemoryCounter2', 'UnifiedMemoryCounter3']],
  [KINDS.stream, ['Stream']],
  [KINDS.synchronization, ['Synchronization', 'Synchronization2']],
];
const { registersByte, ...kernel } = KERNEL_FIELDS;
const { kinds, ...memcpy } = MEMCPY_FIELDS;
/** Field of ours to field of a structure, where they differ. */
const THEIRS: Readonly<Record<string, string>> = {
  grid: 'gridX',
  block: 'blockX',
  staticShared: 'staticSharedMemory',
  dynamicShared: 'dynamicSharedMemory',
  device: 'deviceId',
  context: 'contextId',
  stream: 'streamId',
  correlation: 'correlationId',
  graph: 'graphId',
  callback: 'cbid',
  process: 'processId',
  thread: 'threadId',
};
const FIELDS: [string, Readonly<Record<string, number>>][] = [
  ['Kernel10', kernel],
  ['Memcpy6', memcpy],
  [
    'MemcpyPtoP4',
    {
      correlation: PEER_FIELDS.correlation,
      graph: PEER_FIELDS.graph,
      srcDeviceId: PEER_FIELDS.from,
      dstDeviceId: PEER_FIELDS.to,
    },
  ],
  ['Memset4', { ...memcpy, ...MEMSET_FIELDS }],
  ['API', API_FIELDS],
];
const BYTES: [string, string, number][] = [
  ['Kernel10', 'registersPerThread', registersByte],
  ['Memcpy6', 'copyKind', 4 * kinds],
  ['Memcpy6', 'flags', 4 * kinds + 3],
  ['Device5', 'uuid', 120],
  ['Device5', 'id', 112],
  ['Device5', 'globalMemorySize', 16],
  ['Device5', 'numMultiprocessors', 44],
  ['Marker2', 'objectId', 24],
  ['Marker2', 'timestamp', 8],
  ['Marker2', 'id', 16],
  ['Name', 'objectId', 8],
  ['Overhead3', 'start', 24],
  ['UnifiedMemoryCounter3', 'value', 8],
  ['UnifiedMemoryCounter3', 'srcId', 40],
  ['UnifiedMemoryCounter3', 'dstId', 44],
];
/** Name of a kind or offset in the agent's header, and what it is there. */
const AGENTS: [string, string][] = [
  ['KIND_MEMCPY', 'CUPTI_ACTIVITY_KIND_MEMCPY'],
  ['KIND_MEMSET', 'CUPTI_ACTIVITY_KIND_MEMSET'],
  ['KIND_DRIVER', 'CUPTI_ACTIVITY_KIND_DRIVER'],
  ['KIND_RUNTIME', 'CUPTI_ACTIVITY_KIND_RUNTIME'],
  ['KIND_DEVICE', 'CUPTI_ACTIVITY_KIND_DEVICE'],
  ['KIND_CONTEXT', 'CUPTI_ACTIVITY_KIND_CONTEXT'],
  ['KIND_CONCURRENT_KERNEL', 'CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL'],
  ['KIND_NAME', 'CUPTI_ACTIVITY_KIND_NAME'],
  ['KIND_MARKER', 'CUPTI_ACTIVITY_KIND_MARKER'],
  ['KIND_OVERHEAD', 'CUPTI_ACTIVITY_KIND_OVERHEAD'],
  ['KIND_MEMCPY_PEER', 'CUPTI_ACTIVITY_KIND_MEMCPY2'],
  ['KIND_UNIFIED_MEMORY', 'CUPTI_ACTIVITY_KIND_UNIFIED_MEMORY_COUNTER'],
  ['KIND_STREAM', 'CUPTI_ACTIVITY_KIND_STREAM'],
  ['KIND_SYNCHRONIZATION', 'CUPTI_ACTIVITY_KIND_SYNCHRONIZATION'],
  ['CUPTI_MULTIPLE_SUBSCRIBERS', 'CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED'],
  ['CUPTI_FLUSH_FORCED', 'CUPTI_ACTIVITY_FLAG_FLUSH_FORCED'],
  ['CUPTI_THREAD_ID_SYSTEM', 'CUPTI_ACTIVITY_THREAD_ID_TYPE_SYSTEM'],
  ['DOMAIN_DRIVER', 'CUPTI_CB_DOMAIN_DRIVER_API'],
  ['DOMAIN_RUNTIME', 'CUPTI_CB_DOMAIN_RUNTIME_API'],
  ['KERNEL_NAME', 'offsetof(CUpti_ActivityKernel10, name)'],
  ['MARKER_NAME', 'offsetof(CUpti_ActivityMarker2, name)'],
  ['MARKER_DOMAIN', 'offsetof(CUpti_ActivityMarker2, domain)'],
  ['DEVICE_ID', 'offsetof(CUpti_ActivityDevice5, id)'],
  ['DEVICE_NAME', 'offsetof(CUpti_ActivityDevice5, name)'],
  ['NAME_NAME', 'offsetof(CUpti_ActivityName, name)'],
  ['API_CALLBACK', 'offsetof(CUpti_ActivityAPI, cbid)'],
  ['offsetof(struct callback_data, parameters)', 'offsetof(CUpti_CallbackData, functionParams)'],
  ['offsetof(struct callback_data, correlation)', 'offsetof(CUpti_CallbackData, correlationId)'],
  ['sizeof(struct unified_memory_setting)', 'sizeof(CUpti_ActivityUnifiedMemoryCounterConfig)'],
  [
    'offsetof(struct unified_memory_setting, enable)',
    'offsetof(CUpti_ActivityUnifiedMemoryCounterConfig, enable)',
  ],
];

function assertions(): string[] {
  const lines = AGENTS.map(([ours, theirs]) => [`(size_t)(${ours})`, `(size_t)(${theirs})`]);
  for (const [kind, names] of SIZES)
    names.forEach((name, i) => {
      lines.push([`sizeof(CUpti_Activity${name})`, String(LAYOUTS[kind]?.known[i])]);
    });
  for (const [name, fields] of FIELDS)
    for (const [field, word] of Object.entries(fields))
      lines.push([`offsetof(CUpti_Activity${name}, ${THEIRS[field] ?? field})`, String(4 * word)]);
  for (const [name, field, at] of BYTES)
    lines.push([`offsetof(CUpti_Activity${name}, ${field})`, String(at)]);
  return lines.map(([a, b]) => `_Static_assert((${a}) == (${b}), "${a} is ${b}");`);
}

test('all lengths of records are sorted and hold what they must', () => {
  for (const { least, known } of Object.values(LAYOUTS)) {
    expect([...known].sort((a, b) => a - b)).toEqual(known);
    expect(known[0]).toBeGreaterThanOrEqual(least);
  }
});

// Not skipped elsewhere: CI has no toolkit and need not have one.
if (toolkit !== undefined)
  test('all kinds, lengths and offsets are those of the headers', () => {
    const source = join(folder.path, 'check.c');
    const includes = ['<stddef.h>', '<cuda.h>', '<cupti.h>', '<cupti_activity_deprecated.h>'];
    const lines = includes.map((name) => `#include ${name}`);
    writeFileSync(source, [...lines, `#include "${join(AGENT, 'cupti.h')}"`, ...assertions()].join('\n'));
    const flags = ['-fsyntax-only', '-I', toolkit];
    const { status, stderr } = spawnSync('cc', [...flags, source], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
