import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Availability } from '../collector.ts';

const COMPILERS = ['c++', 'g++', 'clang++'];

/** Whether a hook could be compiled; whether there is a PyTorch is a matter of the command's Python. */
export function torchAvailability(): Availability {
  const wanted = process.env.CXX ? [process.env.CXX, ...COMPILERS] : COMPILERS;
  const compiler = wanted.find(isProgram);
  if (compiler === undefined) {
    return {
      available: false,
      reason: 'there is no C++ compiler to build the hook for PyTorch with',
      remedy: 'Install one, such as g++, to record operators with --torch-ops.',
    };
  }
  return {
    available: true,
    note: `operators of PyTorch, with --torch-ops; its hook is built by ${compiler} at the first run`,
  };
}

function isProgram(name: string): boolean {
  const folders = name.includes('/') ? [''] : (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
