import type { Summary } from '../summary.ts';

/** What makes two runs hard to compare, as sentences; `before` and `after` are what the reader calls them. */
export function caveatsOf(before: Summary, after: Summary): string[] {
  return [...ofOne(before, 'before'), ...ofOne(after, 'after'), ...ofBoth(before, after)];
}

function ofOne({ complete, signal, exitCode }: Summary, name: string): string[] {
  if (!complete) return [`the recording ${name} ends before its run did`];
  if (signal !== null) return [`the run ${name} was ended by ${signal}`];
  return exitCode !== null && exitCode !== 0 ? [`the run ${name} failed with exit code ${exitCode}`] : [];
}

function ofBoth(before: Summary, after: Summary): string[] {
  const caveats: string[] = [];
  const [then, now] = [machine(before), machine(after)];
  if (then !== now) caveats.push(`the machines differ: ${then} before, ${now} after`);
  const [old, command] = [before.command.join(' '), after.command.join(' ')];
  if (old !== command) caveats.push(`the commands differ: ${old} before, ${command} after`);
  if (before.mode !== after.mode)
    caveats.push(`the recordings weigh with different times: ${before.mode} before, ${after.mode} after`);
  for (const { id, requestedHz } of before.collectors) {
    const other = after.collectors.find((each) => each.id === id)?.requestedHz;
    if (requestedHz !== null && typeof other === 'number' && other !== requestedHz)
      caveats.push(`${id} sampled at ${requestedHz} Hz before and at ${other} Hz after`);
  }
  const [ids, others] = [collectors(before), collectors(after)];
  if (ids !== others)
    caveats.push(`not the same was recorded: ${ids || 'nothing'} before, ${others || 'nothing'} after`);
  return caveats;
}

const machine = ({ host }: Summary): string =>
  [
    host.cpu ?? host.arch,
    // What other tools have recorded does not know its machine.
    host.cores > 0 ? `${host.cores} cores` : '',
    host.memoryBytes > 0 ? `${Math.round(host.memoryBytes / 1e9)} GB` : '',
    ...host.gpus,
  ]
    .filter((part) => part !== '')
    .join(', ') || 'an unknown one';

const collectors = ({ collectors: all }: Summary): string =>
  all
    .filter(({ status }) => status !== 'unavailable')
    .map(({ id }) => id)
    .sort()
    .join(', ');
