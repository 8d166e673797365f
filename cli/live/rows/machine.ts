import { heightOf } from '../bars.ts';
import { quantity } from '../figures.ts';
import { Line, type Look } from '../line.ts';
import type { MachineView } from '../machine.ts';

/** The machine in one row: a bar a core, memory, what other processes take. */
export function machineRow(machine: MachineView, name: number, width: number, look: Look): string {
  const { palette, glyphs } = look;
  const line = new Line(width, look).skip(1).field('machine', name, palette.dim).skip(2);
  const { cores } = machine;
  if (cores.length > 0) {
    const mean = cores.reduce((sum, load) => sum + load, 0) / cores.length;
    const shown = cores.slice(0, Math.max(0, Math.floor(line.room / 2)));
    for (const load of shown) {
      line.glyphs(heightOf(load / 100, glyphs), load < 2 ? palette.faint : palette.activity.running);
    }
    const label = cores.length === 1 ? '1 core' : `${cores.length} cores`;
    line.skip(1).text(`${label} ${Math.round(mean)} % busy`, palette.dim);
  }
  for (const figure of machine.figures) {
    const text = `${figure.quantity} ${quantity(figure.value, figure.unit)}`;
    if (line.room < text.length + 4) break;
    line.skip(3).text(text, palette.dim);
  }
  return line.end();
}
