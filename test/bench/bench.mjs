/** `npm run bench` lists the benchmarks, `npm run bench -- NAME [arguments]` runs one. They need the machine for themselves. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.mjs') && file !== basename(import.meta.filename))
  .map((file) => basename(file, '.mjs'));
const name = process.argv[2];
if (name === undefined || !names.includes(name)) {
  process.stdout.write(`usage: npm run bench -- NAME\n${names.map((each) => `  ${each}\n`).join('')}`);
  process.exitCode = name === undefined ? 0 : 2;
} else {
  process.argv.splice(2, 1);
  await import(join(import.meta.dirname, `${name}.mjs`));
}
