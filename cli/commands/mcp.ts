import { version } from '../assets.ts';
import type { RegisterCommand } from './index.ts';

export const mcpCommand: RegisterCommand = (program) => {
  program
    .command('mcp')
    .description('answer questions of language models about recordings, over standard input and output')
    .option('--root <folder>', 'folder whose recordings may be read; the current one without it', '.')
    .addHelpText(
      'after',
      '\nFor a client of the Model Context Protocol; docs/mcp.md says how to add it to one.',
    )
    .action(async ({ root }: { root: string }) => {
      // Only here: the protocol's library takes longer to load than most commands to run.
      const [{ serve }, { FolderRecordings }] = await Promise.all([
        import('../mcp/server.ts'),
        import('../mcp/folder.ts'),
      ]);
      await serve(new FolderRecordings(root), version());
    });
};
