import { clock, count, percent } from '../figures.ts';
import { Line, type Look } from '../line.ts';
import type { LiveStatus } from '../run.ts';
import { cellsOf, clean } from '../text.ts';
import { VIEWS, type View } from '../ui.ts';

const PHASES = { recording: 'recording', stopping: 'stopping', writing: 'writing' } as const;

/** Name, command, time and phase: the only row that changes ten times a second. */
export function titleRow(command: readonly string[], status: LiveStatus, width: number, look: Look): string {
  const { palette, glyphs } = look;
  const line = new Line(width, look);
  const time = clock(status.elapsedSeconds);
  // Room for the longest phase, so that the time does not move when the phase does.
  const right = time.length + 2 + 2 + 'recording'.length + 1;
  line.skip(1).text('perfscope', palette.title).skip(2);
  line.field(command.join(' '), width - right - line.column - 2);
  line
    .to(width - right)
    .text(time, palette.bold)
    .skip(2);
  const style =
    status.phase === 'recording' ? palette.bad : status.phase === 'stopping' ? palette.warn : palette.accent;
  return line.glyphs(glyphs.bullet, style).skip(1).text(PHASES[status.phase], style).end();
}

/** The views, and how the recording keeps up. That of findings is named once there are some. */
export function tabsRow(view: View, findings: number, status: LiveStatus, width: number, look: Look): string {
  const { palette } = look;
  const line = new Line(width, look);
  const brackets = !palette.colours;
  for (const each of VIEWS) {
    if (each === 'findings' && findings === 0 && each !== view) continue;
    if (each !== view) line.skip(1).text(each, palette.dim).skip(1);
    else if (brackets) line.text(`[${each}]`, palette.bold);
    else line.skip(1).text(each, `${palette.title}\x1b[4m`).skip(1);
  }
  const parts = fittingFigures(status, line.room - 3);
  line.to(width - 1 - parts.reduce((sum, part) => sum + part.text.length, 0) - 3 * (parts.length - 1));
  parts.forEach((part, i) => {
    if (i > 0) line.skip(3);
    line.text(part.text, part.alarming ? palette.warn : palette.dim);
  });
  return line.end();
}

interface Figure {
  readonly text: string;
  readonly alarming: boolean;
}

/** As many figures, as long as there is room for. */
function fittingFigures(status: LiveStatus, room: number): Figure[] {
  const { requestedHz, achievedHz, missed, ownCpuPercent, processes } = status;
  const kept = achievedHz === null ? null : Math.round(achievedHz);
  const slow = kept !== null && kept < requestedHz * 0.9;
  const rate = (text: string): Figure => ({ text, alarming: slow });
  const own: Figure = { text: `own CPU ${ownCpuPercent.toFixed(1)} %`, alarming: ownCpuPercent > 25 };
  const lost: Figure = { text: `${count(missed)} missed`, alarming: missed > 0 && slow };
  const longRate = kept === null ? `${requestedHz} Hz` : `${requestedHz} Hz (${kept} kept)`;
  const shortRate = kept === null ? `${requestedHz} Hz` : `${kept}/${requestedHz} Hz`;
  const members: Figure = {
    text: `${processes} ${processes === 1 ? 'process' : 'processes'}`,
    alarming: false,
  };
  const choices = [
    [members, rate(longRate), lost, own],
    [rate(longRate), lost, own],
    [rate(shortRate), lost, own],
    [rate(shortRate), own],
    [rate(shortRate)],
  ];
  const cells = (parts: readonly Figure[]): number =>
    parts.reduce((sum, part) => sum + part.text.length, 3 * (parts.length - 1));
  return choices.find((parts) => cells(parts) <= room) ?? [];
}

/** The latest warning, and that there are others. */
export function warningRow(warnings: readonly string[], width: number, look: Look): string {
  const line = new Line(width, look);
  const others = warnings.length > 1 ? `  (${warnings.length - 1} more, ? shows them)` : '';
  const text = clean(warnings.at(-1) ?? '');
  line.skip(1).text('! ', look.palette.warn);
  line.text(text, look.palette.warn, Math.min(cellsOf(text), line.room - others.length - 1));
  return line.text(others, look.palette.dim).end();
}

/** What a search found, for the footer. */
export function searchRow(
  search: string,
  typing: boolean,
  found: { readonly functions: number; readonly share: number } | null,
  width: number,
  look: Look,
): string {
  const { palette } = look;
  const line = new Line(width, look);
  line
    .skip(1)
    .text('/', palette.accent)
    .text(search, palette.bold, width - 40);
  if (typing) line.text('_', palette.accent);
  if (found && search !== '') {
    const what = found.functions === 1 ? '1 function' : `${found.functions} functions`;
    line.skip(3).text(`${what}, ${percent(found.share)} of the CPU time`, palette.dim);
  }
  const hint = typing ? 'Enter keep   Esc clear' : 'Esc clear';
  line.to(width - 1 - hint.length);
  return line.text(hint, palette.dim).end();
}
