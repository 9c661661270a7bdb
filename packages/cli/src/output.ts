import type { LoadProgress } from '@residual/model';

/** Writes an error for someone at a terminal: the message, and the whole of it when `RESIDUAL_DEBUG` is set. */
export function reportError(error: unknown): void {
  if (process.env.RESIDUAL_DEBUG) console.error(error);
  else console.error(`residual: ${error instanceof Error ? error.message : String(error)}`);
}

/** A line of standard error that says how far something is. */
export interface ProgressLine {
  /** Puts other words there. */
  show(text: string): void;
  /** Says how far loading is. */
  loading(progress: LoadProgress): void;
  /** Clears the line. */
  end(): void;
}

/** Shows on a terminal how far something is, on one line of standard error; nothing where that is no terminal. */
export function progressLine(): ProgressLine {
  let shown = '';
  const show = (text: string) => {
    if (text === shown || !process.stderr.isTTY) return;
    process.stderr.write(`\r${text.padEnd(shown.length)}`);
    shown = text;
  };
  return {
    show,
    loading: progress => {
      const share = Math.floor((100 * progress.done) / Math.max(progress.total, 1));
      show(
        progress.stage === 'bytes'
          ? `${progress.file}: ${megabytes(progress.done)} of ${megabytes(progress.total)}`
          : `weights: ${share} %`,
      );
    },
    end: () => {
      if (shown === '') return;
      show('');
      process.stderr.write('\r');
    },
  };
}

const barWidth = 30;

/** A stage of long work and how much of it is done, as a bar. */
export function bar(stage: string, done: number, total: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const filled = Math.floor(share * barWidth);
  return `${stage.padEnd(16)} ${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${Math.floor(100 * share)} %`;
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
