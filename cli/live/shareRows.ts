/** Rows for some sections: each its least first, then one at a time to the one that has least of its share. */
export function shareRows(
  rows: number,
  sections: readonly { least: number; most: number; weight: number }[],
): number[] {
  const given = sections.map(({ least, most }) => Math.min(least, most));
  for (let left = rows - given.reduce((sum, each) => sum + each, 0); left > 0; left--) {
    let poorest = -1;
    sections.forEach(({ most, weight }, i) => {
      const its = given[i] as number;
      if (its >= most) return;
      const other = sections[poorest];
      if (!other || its / weight < (given[poorest] as number) / other.weight) poorest = i;
    });
    if (poorest < 0) break;
    given[poorest] = (given[poorest] as number) + 1;
  }
  return given;
}
