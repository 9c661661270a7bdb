import { inspect } from 'node:util';
import { printable } from '@residual/base';
import type { LoadProgress } from '@residual/model';

/** A name for use within a line: line breaks and tabs are escaped too. */
export function printableName(name: string): string {
  return printable(name).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** Writes a line of a report to standard output, with control characters escaped; JSON keeps its value. */
export function print(line: string): void {
  console.log(printable(line));
}

/**
 * Writes a text that the user asked for. A terminal gets control characters escaped, a file or pipe gets the text
 * itself.
 */
export function printText(text: string): void {
  process.stdout.write(process.stdout.isTTY ? printable(text) : text);
}

/** Writes a line to standard error, apart from the results. */
export function printNote(line: string): void {
  console.error(printable(line));
}

/** Writes the message of an error to standard error; with `RESIDUAL_DEBUG` set, the whole error. */
export function reportError(error: unknown): void {
  if (process.env.RESIDUAL_DEBUG) printNote(inspect(error));
  else printNote(`residual: ${error instanceof Error ? error.message : String(error)}`);
}

/** A line of standard error that shows progress. */
export interface ProgressLine {
  /** Replaces the text of the line. */
  show(text: string): void;
  /** Shows the progress of loading. */
  loading(progress: LoadProgress): void;
  /** Clears the line. */
  end(): void;
}

/** Shows progress on one line of standard error if that is a terminal; else shows nothing. */
export function progressLine(): ProgressLine {
  let shown = '';
  const show = (line: string) => {
    const text = printableName(line);
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

/** A progress bar: the stage, the bar, the percentage. */
export function bar(stage: string, done: number, total: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const filled = Math.floor(share * barWidth);
  return `${stage.padEnd(16)} ${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${Math.floor(100 * share)} %`;
}

/** Rows of cells as aligned columns. */
export function columns(rows: readonly (readonly string[])[]): string {
  const cells = rows.map(row => row.map(printableName));
  const widths = cells.reduce<number[]>((all, row) => row.map((cell, i) => Math.max(cell.length, all[i] ?? 0)), []);
  return cells
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
