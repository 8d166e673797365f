import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildSync, transformSync } from 'esbuild';
import typescript from 'typescript';
import { nodes, ROOT, record, run, temporaryFolder } from '../harness/perfscope.ts';

/** Programs that do not run as they were written: where their functions are said to be. */
const folder = temporaryFolder();
afterAll(folder.remove);

const SOLVER = `// What the program computes.
export interface Options {
  readonly rounds: number;
  readonly seed: number;
}

export function solve({ rounds, seed }: Options): number {
  let total: number = seed;
  for (let i = 0; i < rounds; i++) {
    total += Math.sqrt(i ^ seed) % 7;
  }
  return total;
}
`;
const MAIN = `import { type Options, solve } from './solver.ts';

type Result = { total: number };

const repeat = (times: number): Result => {
  let total: number = 0;
  for (let i = 0; i < times; i++) {
    const options: Options = { rounds: 2e6, seed: i };
    total += solve(options);
  }
  return { total };
};

debugger;
console.log(repeat(12).total > 0);
`;
const main = join(folder.path, 'src/main.mts');
const solver = join(folder.path, 'src/solver.ts');
const SOLVE = { name: 'solve', file: solver, line: 7 };
const REPEAT = { name: 'repeat', file: main, line: 5 };

beforeAll(() => {
  mkdirSync(join(folder.path, 'src'));
  mkdirSync(join(folder.path, 'dist'));
  writeFileSync(main, MAIN);
  writeFileSync(solver, SOLVER);
  writeFileSync(join(folder.path, 'package.json'), '{"type":"module"}');
});

/** The functions of the program's own files that a run of it spends its time in, and the health of their collector. */
async function recorded(command: readonly string[]) {
  const alone = await run(command[0] as string, command.slice(1));
  const { ended, summary } = await record(folder.path, [], command);
  expect(ended).toEqual(alone);
  expect(ended).toMatchObject({ code: 0, stdout: 'true\n' });
  const health = summary.collectors.find(({ id }) => id === 'node');
  return { functions: summary.functions, health };
}

/** Both functions are where they were written, and nothing of them elsewhere. */
async function expectOriginals(command: readonly string[]): Promise<void> {
  const { functions, health } = await recorded(command);
  expect(functions).toContainEqual(expect.objectContaining(REPEAT));
  const solve = functions.find(({ name }) => name === 'solve');
  expect(solve).toMatchObject(SOLVE);
  const repeat = functions.find(({ name }) => name === 'repeat');
  // A look at the first instruction of a function does not see its caller: V8 finds that by the frame, which is not there yet.
  expect(solve?.totalSeconds).toBeLessThan(1.05 * (repeat?.totalSeconds ?? 0));
  expect(functions.filter(({ name }) => name === 'solve' || name === 'repeat')).toHaveLength(2);
  expect(health).toMatchObject({ status: 'ok', warnings: [] });
}

const tool = (path: string) => join(ROOT, 'node_modules', path);

describe.each(nodes())('Node $version', ({ version, path: node }) => {
  test.each([
    ['bundled', { sourcemap: true }],
    ['bundled and minified', { sourcemap: true, minify: true }],
    ['bundled with the map in it', { sourcemap: 'inline' }],
  ] as const)('a program %s has its own functions', async (what, options) => {
    const outfile = join(folder.path, 'dist', `${what.replaceAll(' ', '-')}.mjs`);
    buildSync({
      entryPoints: [main],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
      ...options,
    });
    await expectOriginals([node, outfile]);
  });

  test('a program that tsc has compiled has its own functions', async () => {
    for (const [name, file] of [
      ['main', main],
      ['solver', solver],
    ] as const) {
      const text = name === 'main' ? MAIN.replace('./solver.ts', './solver.cjs') : SOLVER;
      const { outputText, sourceMapText } = typescript.transpileModule(text, {
        fileName: `${name}.ts`,
        compilerOptions: {
          module: typescript.ModuleKind.CommonJS,
          target: typescript.ScriptTarget.ES2015,
          sourceMap: true,
        },
      });
      const out = join(folder.path, 'dist', `${name}.cjs`);
      const map = JSON.parse(sourceMapText as string) as object;
      writeFileSync(`${out}.map`, JSON.stringify({ ...map, sources: [file] }));
      writeFileSync(out, outputText.replace(/sourceMappingURL=.*/, `sourceMappingURL=${name}.cjs.map`));
    }
    await expectOriginals([node, join(folder.path, 'dist/main.cjs')]);
  });

  test('a program that tsx compiles as it runs has its own functions', async () => {
    await expectOriginals([node, tool('tsx/dist/cli.mjs'), main]);
    await expectOriginals([node, '--import', tool('tsx/dist/loader.mjs'), main]);
  });

  test('a program that ts-node compiles as it runs has its own functions and lines', async () => {
    const directory = join(folder.path, `ts-node-${version}`);
    mkdirSync(directory);
    writeFileSync(join(directory, 'package.json'), '{}');
    const program = join(directory, 'main.ts');
    writeFileSync(
      program,
      `${SOLVER.replace('export function', 'function')}\n${MAIN.split('\n').slice(2).join('\n')}`,
    );
    const options = JSON.stringify({ module: 'commonjs', target: 'es2022', moduleResolution: 'node' });
    const bin = [tool('ts-node/dist/bin.js'), '-T', '--skipProject', '-O', options];
    const { functions } = await recorded([node, ...bin, program]);
    expect(functions).toContainEqual(expect.objectContaining({ ...SOLVE, file: program }));
    expect(functions).toContainEqual(expect.objectContaining({ name: 'repeat', file: program, line: 17 }));
  });

  test('a function that the program has made itself has the place that its map tells', async () => {
    const { code, map } = transformSync(SOLVER, {
      loader: 'ts',
      format: 'cjs',
      sourcefile: 'templates/solver.ts',
      sourcemap: 'external',
    });
    const url = `data:application/json;base64,${Buffer.from(map).toString('base64')}`;
    const made = `(function (module) { ${code}\n})\n//# sourceURL=${folder.path}/made.js\n//# sourceMappingURL=${url}`;
    const program = join(folder.path, 'maker.cjs');
    writeFileSync(
      program,
      `const made = { exports: {} };
(0, eval)(${JSON.stringify(made)})(made);
let total = 0;
for (let i = 0; i < 12; i++) total += made.exports.solve({ rounds: 2e6, seed: i });
console.log(total > 0);`,
    );
    const { functions } = await recorded([node, program]);
    expect(functions).toContainEqual(
      expect.objectContaining({ ...SOLVE, file: join(folder.path, 'templates/solver.ts') }),
    );
  });

  test('a map that is missing or damaged costs the original places, and is counted', async () => {
    const text = `${transformSync(MAIN.slice(MAIN.indexOf('const repeat')), { loader: 'ts' }).code}
function solve({ rounds, seed }) { let total = seed; for (let i = 0; i < rounds; i++) total += Math.sqrt(i ^ seed) % 7; return total; }
//# sourceMappingURL=`;
    const gone = join(folder.path, 'dist/gone.mjs');
    writeFileSync(gone, `${text}none.map`);
    const damaged = join(folder.path, 'dist/damaged.mjs');
    writeFileSync(damaged, `${text}data:application/json,{`);
    const first = await recorded([node, gone]);
    expect(first.functions).toContainEqual(expect.objectContaining({ name: 'repeat', file: gone }));
    expect(first.health).toMatchObject({ status: 'ok', figures: { missingMaps: 1 }, warnings: [] });
    const second = await recorded([node, damaged]);
    expect(second.functions).toContainEqual(expect.objectContaining({ name: 'repeat', file: damaged }));
    expect(second.health).toMatchObject({ status: 'partial', figures: { unusableMaps: 1 } });
    expect(second.health?.warnings.join()).toContain('source maps of 1 script');
  });

  if (Number(version.split('.')[0]) >= 24) {
    test('a program whose types Node strips has its own functions', () => expectOriginals([node, main]));
  }
});
