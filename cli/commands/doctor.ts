import { COLLECTOR_CHECKS } from '../../analyzer/collect/registry.ts';
import { nativeAgentFolder, nodeAgentFolder, openClAgentFolder } from '../assets.ts';
import type { RegisterCommand } from './index.ts';

export const doctorCommand: RegisterCommand = (program) => {
  program
    .command('doctor')
    .description('say what can be recorded on this machine, and what to do about the rest')
    .option('--json', 'print one JSON document')
    .action((options: { json?: boolean }) => {
      const results = COLLECTOR_CHECKS.map(({ id, check }) => ({
        id,
        ...check({ node: nodeAgentFolder(), native: nativeAgentFolder(), opencl: openClAgentFolder() }),
      }));
      if (options.json) {
        const collectors = results.map((each) =>
          each.available
            ? { id: each.id, available: true, reason: null, remedy: null, note: each.note }
            : { id: each.id, available: false, reason: each.reason, remedy: each.remedy },
        );
        process.stdout.write(`${JSON.stringify({ version: 1, collectors })}\n`);
        return;
      }
      for (const each of results) {
        const state = each.available ? 'yes' : 'no ';
        process.stdout.write(`${state}  ${each.id.padEnd(14)} ${each.available ? each.note : each.reason}\n`);
        if (!each.available) process.stdout.write(`${' '.repeat(20)}${each.remedy}\n`);
      }
    });
};
