import type { StackId } from '../../model/index.ts';
import { textOf } from '../bytes.ts';
import { type Format, HEAD_BYTES } from '../format.ts';
import { ImportedProfile } from '../importedProfile.ts';
import { observationsOf } from '../observations.ts';
import { languageOf } from '../sourceLanguage.ts';

/** `a;b;c 12`. Names may hold anything but semicolons and line ends; the number is what follows the last space. */
const LINE = /^(.*\S)\s+(\d+(?:\.\d+)?(?:e\d+)?)\s*$/i;
/** `solve (app.py:12)`, as py-spy and others name functions of Python. */
const PLACED = /^(.+) \((.+?):(\d+)\)$/;
const LINES_LOOKED_AT = 50;

/**
 * Collapsed stacks (github.com/brendangregg/FlameGraph, the README's "Fold stacks"), as stackcollapse-*.pl, py-spy, perf, bcc, Austin and
 * dtrace scripts write them: a line a stack, outermost function first, and a number. What it counts is not said.
 */
export const collapsed: Format = {
  id: 'collapsed',
  title: 'collapsed stacks',
  detects: ({ text, bytes }) => {
    // The last line may be cut off by the end of what is looked at.
    const lines = text
      .split('\n', LINES_LOOKED_AT + 1)
      .filter((line) => line.trim() !== '' && !isComment(line));
    const whole = bytes.length === HEAD_BYTES || lines.length > LINES_LOOKED_AT ? lines.slice(0, -1) : lines;
    if (whole.length === 0 || text.includes('\0') || !whole.every((line) => LINE.test(line))) return false;
    // A text with a number at the end of each line is not one of stacks.
    const nested = whole.filter((line) => line.includes(';')).length;
    return 2 * nested >= whole.length || whole.every((line) => line.trim().split(/\s+/).length === 2);
  },
  read: async (source, producer) => {
    const profile = new ImportedProfile(source.name);
    const weights: { readonly stack: StackId | -1; readonly value: number }[] = [];
    let damaged = 0;
    for (const line of (await textOf(source)).split('\n')) {
      const [, path, number] = LINE.exec(line) ?? [];
      if (path === undefined) {
        if (line.trim() !== '' && !isComment(line)) damaged++;
        continue;
      }
      weights.push({ stack: stackOf(profile, path), value: Number(number) });
    }
    const { scale, nominal, warnings } = observationsOf(weights.map(({ value }) => value));
    const lane = profile.lane({ name: 'all threads' });
    for (const { stack, value } of weights) {
      const count = Math.round(value / scale);
      profile.add(lane, stack, { wall: count * nominal, count });
    }
    return profile.finish({
      format: 'collapsed',
      producer,
      mode: 'samples',
      timeless: true,
      damaged,
      warnings: [
        'Read from collapsed stacks: how often each stack was counted is known, and not when, on which thread, or in what unit.',
        ...warnings,
      ],
    });
  },
};

const isComment = (line: string): boolean => line.startsWith('#');
function stackOf(profile: ImportedProfile, path: string): StackId | -1 {
  let stack: StackId | -1 = -1;
  for (const name of path.split(';')) {
    const [, code = '', file = '', line] = PLACED.exec(name) ?? [];
    const language = languageOf(file);
    stack = profile.stack(
      stack,
      language === 'native'
        ? profile.frame(name, '', 0, 0, 'native')
        : profile.frame(code, file, Number(line) % 2 ** 32, 0, language),
    );
  }
  return stack;
}
