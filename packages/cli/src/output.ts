import type { LoadProgress } from '@residual/model';

/** Writes an error for someone at a terminal: the message, and the whole of it when `RESIDUAL_DEBUG` is set. */
export function reportError(error: unknown): void {
  if (process.env.RESIDUAL_DEBUG) console.error(error);
  else console.error(`residual: ${error instanceof Error ? error.message : String(error)}`);
}

/** Shows on a terminal how far loading is, on one line of standard error; nothing where that is no terminal. */
export function progressLine(): { update: (progress: LoadProgress) => void; end: () => void } {
  if (!process.stderr.isTTY) return { update: () => {}, end: () => {} };
  let shown = '';
  const show = (text: string) => {
    if (text === shown) return;
    process.stderr.write(`\r${text.padEnd(shown.length)}`);
    shown = text;
  };
  return {
    update: progress => {
      const share = Math.floor((100 * progress.done) / Math.max(progress.total, 1));
      show(
        progress.stage === 'bytes'
          ? `${progress.file}: ${megabytes(progress.done)} of ${megabytes(progress.total)}`
          : `weights: ${share} %`,
      );
    },
    end: () => {
      show('');
      process.stderr.write('\r');
    },
  };
}

/** Rows of text as columns as wide as their widest entry. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, i) => Math.max(cell.length, all[i] ?? 0)), []);
  return rows
    .map(row =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
