import { type Recording, type StackId, UserError } from '../../model/index.ts';
import { wholeOf } from '../bytes.ts';
import type { Format } from '../format.ts';
import { ImportedProfile } from '../importedProfile.ts';
import { callPaths } from './callPaths.ts';
import { type CallGraph, type Counted, callGraph } from './calls.ts';
import { unmarshal } from './marshal.ts';

const NOT_PYTHON = '~';

/**
 * What `python -m cProfile -o FILE` writes (docs.python.org/3/library/profile.html): the calls and times of each function, by
 * caller, marshalled.
 */
export const pstats: Format = {
  id: 'pstats',
  title: 'profiles of cProfile',
  // A dictionary whose first key is a tuple.
  detects: ({ bytes: [first = 0, second = 0] }) =>
    (first & 0x7f) === 0x7b && ((second & 0x7f) === 0x28 || (second & 0x7f) === 0x29),
  read: async (source, producer) => {
    const bytes = await wholeOf(source);
    let graph: CallGraph | null;
    try {
      graph = callGraph(unmarshal(bytes));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new UserError(`${source.name} is damaged: ${why}.`, 3, { cause });
    }
    if (graph === null) throw new UserError(`${source.name} holds no statistics of cProfile.`, 3);
    return recordingOf(graph, source.name, producer);
  },
};

function recordingOf(graph: CallGraph, name: string, producer: string): Recording {
  const profile = new ImportedProfile(name);
  const frames = graph.functions.map((each) => frameOf(profile, each));
  const lane = profile.lane({ name: 'main thread' });
  const stacks: StackId[] = [];
  for (const { parent, function: id, own } of callPaths(graph)) {
    const below = parent < 0 ? -1 : (stacks[parent] as StackId);
    const stack = profile.stack(below, frames[id] as (typeof frames)[number]);
    stacks.push(stack);
    if (own > 0) profile.add(lane, stack, { wall: own * 1e9, count: 0 });
  }
  return profile.finish({
    format: 'pstats',
    producer,
    mode: 'wall',
    timeless: true,
    damaged: graph.damaged,
    figures: {
      functions: graph.functions.length,
      calls: graph.functions.reduce((sum, { calls }) => sum + calls, 0),
    },
    warnings: [
      'Read from cProfile: how long each function took is known, waiting included, and not when. It knows who called whom and no stacks: a function is taken to have spent its time alike for each caller of its callers. Calls cost more under cProfile, so small functions look slower than they are.',
    ],
  });
}

const frameOf = (profile: ImportedProfile, { name, file, line }: Counted) =>
  file === NOT_PYTHON
    ? profile.frame(name, '', 0, 0, 'native')
    : profile.frame(name, file, 0, line, 'python');
