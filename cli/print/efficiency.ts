import type { NodeLine, RegionSummary } from '../../analyzer/analysis/efficiencySummary.ts';
import type { Factor } from '../../analyzer/analysis/efficiencyTree.ts';
import type { Summary } from '../../analyzer/analysis/summary.ts';
import { fitted, moduleName, WIDTH } from './text.ts';
import { seconds } from './units.ts';

/** What communication and the use of devices are made of is told where it takes more than this from them. */
const DETAILS: ReadonlySet<Factor> = new Set([
  'gil',
  'overlap',
  'supply',
  'deviceLoadBalance',
  'deviceCopies',
  'deviceOrchestration',
]);
const WORTH_TELLING = 0.95;
const TITLE_WIDTH = 19;
const NAME_WIDTH = 44;
const MOST_REGIONS = 3;
/** Factors that differ by less say the same again. */
const SAME = 0.03;

const two = (value: number | null): string => (value === null ? '' : value.toFixed(2)).padStart(4);

/** The factors of the run, each with its reason, and the regions in which most worker time was lost. */
export function efficiencyLines({ efficiency, origin, timeless, cpuSeconds }: Summary): string[] {
  const parallelPart = 1 - (efficiency.serialShare ?? 0);
  const tree = efficiency.tree.filter(({ factor, value }) => {
    // Cores in use are in the first lines of the summary.
    if (factor === 'cores' || value === null) return false;
    if (factor === 'supply' && Math.abs(value - parallelPart) < SAME) return false;
    return !DETAILS.has(factor) || value <= WORTH_TELLING;
  });
  // Of what another tool has recorded it may not be known who worked.
  const isKnown = origin !== 'import' || (!timeless && cpuSeconds > 0);
  const none =
    efficiency.parallel === null && isKnown ? ['  parallel efficiency: fewer than two workers ran'] : [];
  return [...none, ...tree.flatMap(nodeLines), ...regionLines(efficiency)];
}

function nodeLines({ title, depth, value, sentence }: NodeLine): string[] {
  const name = `${'  '.repeat(depth + 1)}${title === 'GIL' ? title : title.toLowerCase()}`;
  const start = `${name.padEnd(TITLE_WIDTH + 2)}  ${two(value)}  `;
  return inLines(sentence, WIDTH - start.length).map((text, at) =>
    at === 0 ? start + text : ' '.repeat(start.length) + text,
  );
}

/** Words of a text in lines of at most `width` characters. */
function inLines(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function regionLines({ regions, parallel }: Summary['efficiency']): string[] {
  const told = regions.filter((region) => region.kind !== 'pool' && region.parallel !== null);
  const lost = ({ seconds: time, workers, parallel: own }: RegionSummary): number =>
    time * workers * (1 - (own ?? 1));
  const worst = told.sort((a, b) => lost(b) - lost(a)).slice(0, MOST_REGIONS);
  const [only] = worst;
  if (!only) return [];
  if (worst.length === 1 && Math.abs((only.parallel ?? 0) - (parallel ?? 0)) < SAME) return [];
  const head = `  ${'efficiency of'.padEnd(NAME_WIDTH)}      time workers parallel balance commun. content.`;
  return [
    head,
    ...worst.map((region) => {
      const factors = [
        seconds(region.seconds).padStart(9),
        String(region.workers).padStart(7),
        two(region.parallel).padStart(8),
        two(region.loadBalance).padStart(7),
        two(region.communication).padStart(7),
        two(region.contention).padStart(8),
      ];
      return `    ${fitted(regionName(region), NAME_WIDTH - 2).padEnd(NAME_WIDTH - 2)} ${factors.join(' ')}`;
    }),
  ];
}

function regionName({ title, file, line, rounds, kind }: RegionSummary): string {
  const name = kind === 'tasks' ? title : `${kind} ${title}`;
  const place = file === '' ? '' : `  ${moduleName(file)}:${line}`;
  return `${name}${place}${rounds > 1 ? `, ${rounds} rounds` : ''}`;
}
