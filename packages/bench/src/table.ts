/** The widths of the columns of some rows, each at least the given minimum. */
export const widthsOf = (rows: readonly (readonly string[])[], minimum: readonly number[] = []): number[] =>
  rows.reduce<number[]>((all, row) => row.map((cell, i) => Math.max(cell.length, all[i] ?? 0)), [...minimum]);

/** Rows of cells as columns below a header; all but the first column are right-aligned. */
export function table(rows: readonly (readonly string[])[], widths: readonly number[] = widthsOf(rows)): string {
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return rows.map(row => line(row).trimEnd()).join('\n');
}

/**
 * Prints groups of rows as one table. The first row of each group is the header; only the header of the first group is
 * printed.
 */
export function incrementalTable(minimum: readonly number[] = []): (rows: readonly (readonly string[])[]) => string {
  let widths: readonly number[] = minimum;
  let isFirst = true;
  return rows => {
    widths = widthsOf(rows, widths);
    const printed = isFirst ? rows : rows.slice(1);
    isFirst = false;
    return table(printed, widths);
  };
}

/** A number with three digits. */
export function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
