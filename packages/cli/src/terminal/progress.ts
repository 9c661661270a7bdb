import type { LoadProgress } from '@residual/model';
import { megabytes, printableName } from './format.js';

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
  let current = '';
  const show = (line: string) => {
    const text = printableName(line);
    if (text === current || !process.stderr.isTTY) return;
    process.stderr.write(`\r${text.padEnd(current.length)}`);
    current = text;
  };
  return {
    show,
    loading: progress => {
      const share = Math.floor((100 * progress.done) / Math.max(progress.total, 1));
      show(
        progress.stage === 'bytes'
          ? `${progress.file}: ${megabytes(progress.done)} of ${megabytes(progress.total)}`
          : `weights: ${share} %${progress.converted ? `, ${progress.converted.join(', ')} held as int8` : ''}`,
      );
    },
    end: () => {
      if (current === '') return;
      show('');
      process.stderr.write('\r');
    },
  };
}

const barWidth = 30;

/** A progress bar: the stage, the bar, the percentage. */
export function bar(stage: string, done: number, total: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const width = Math.floor(share * barWidth);
  return `${stage.padEnd(16)} ${'█'.repeat(width)}${'░'.repeat(barWidth - width)} ${Math.floor(100 * share)} %`;
}
