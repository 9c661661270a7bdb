import { inspect } from 'node:util';
import { printable } from '@residual/base';
import type { LoadProgress } from '@residual/model';

/** A name as it may be shown within a line: line breaks and tabs too are escaped. */
export function printableName(name: string): string {
  return printable(name).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** Writes a line of a report; JSON is the same value with what is escaped in it. */
export function print(line: string): void {
  console.log(printable(line));
}

/** Writes a text that somebody asked for: as it is, but that a terminal shows what it would obey. */
export function printText(text: string): void {
  process.stdout.write(process.stdout.isTTY ? printable(text) : text);
}

/** Writes a line that is beside the results. */
export function printNote(line: string): void {
  console.error(printable(line));
}

/** Writes an error for someone at a terminal: the message, and the whole of it when `RESIDUAL_DEBUG` is set. */
export function reportError(error: unknown): void {
  if (process.env.RESIDUAL_DEBUG) printNote(inspect(error));
  else printNote(`residual: ${error instanceof Error ? error.message : String(error)}`);
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
  const show = (words: string) => {
    const text = printableName(words);
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
