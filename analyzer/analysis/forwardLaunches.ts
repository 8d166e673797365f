import type { Tables } from '../model/index.ts';
import { functionsOf } from './functions.ts';
import { type OperatorSites, operatorSites } from './operatorSites.ts';
import { type OperatorTree, operatorAt, operatorTree } from './operatorTree.ts';
import { sitesOfStacks } from './sites.ts';

/**
 * The tables with device work that a backward operator launched under the code of its forward operator, where that is known: autograd
 * launches it from a thread that runs no Python, or from the line that says `backward()`. Without operators they are as they were.
 * `certainty` is then how sure the forward operator's line is.
 */
export function withForwardLaunches(tables: Tables): Tables {
  const { operators, kernels, transfers } = tables;
  if (operators.length === 0 || kernels.length + transfers.length === 0) return tables;
  const tree = operatorTree(tables);
  const sites = operatorSites(tables, tree, sitesOfStacks(tables, functionsOf(tables)));
  return {
    ...tables,
    kernels: { ...kernels, ...tied(operators, tree, sites, kernels) },
    transfers: { ...transfers, ...tied(operators, tree, sites, transfers) },
  };
}

type Launched = Pick<Tables['kernels'], 'length' | 'callLane' | 'callStart' | 'stack' | 'certainty'>;

function tied(
  operators: Tables['operators'],
  tree: OperatorTree,
  { sites, told }: OperatorSites,
  rows: Launched,
): Pick<Launched, 'stack' | 'certainty'> {
  const stack = rows.stack.slice();
  const certainty = rows.certainty.slice();
  for (let row = 0; row < rows.length; row++) {
    const lane = rows.callLane[row] as number;
    const at = lane < 0 ? -1 : operatorAt(tree, operators, lane, rows.callStart[row] as number);
    const backward = at < 0 ? -1 : (tree.backward[at] as number);
    const { site, certainty: sure } = told(backward < 0 ? -1 : (tree.forward[backward] as number));
    const known = sites[site];
    if (!known) continue;
    stack[row] = known.stack;
    certainty[row] = sure;
  }
  return { stack, certainty };
}
