import type { Command } from 'commander';
import { adviseCommand } from './advise.ts';
import { attachCommand } from './attach.ts';
import { checkCommand } from './check.ts';
import { compareCommand } from './compare.ts';
import { completionCommand } from './completion.ts';
import { doctorCommand } from './doctor.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';
import { mcpCommand } from './mcp.ts';
import { mergeCommand } from './merge.ts';
import { recordCommand } from './record.ts';
import { reportCommand } from './report.ts';
import { summaryCommand } from './summary.ts';
import { whatIfCommand } from './whatif.ts';

/** Adds a subcommand; `exit` is called with the exit code where that is not 0. */
export type RegisterCommand = (program: Command, exit: (code: number) => void) => void;

const COMMANDS: readonly RegisterCommand[] = [
  recordCommand,
  attachCommand,
  summaryCommand,
  adviseCommand,
  compareCommand,
  checkCommand,
  reportCommand,
  exportCommand,
  importCommand,
  mergeCommand,
  mcpCommand,
  completionCommand,
  whatIfCommand,
  doctorCommand,
];

export function registerCommands(program: Command, exit: (code: number) => void): void {
  for (const register of COMMANDS) register(program, exit);
  // Options of a subcommand are checked as those of the program are: by exception, not by leaving the process.
  for (const command of program.commands) command.exitOverride();
}
