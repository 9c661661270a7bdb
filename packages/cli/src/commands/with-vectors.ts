import type { WordVectors } from '@residual/word-vectors';
import { type Command, Option } from 'commander';
import { type ProgressLine, progressLine } from '../output.js';

/** The vectors, the signal and the progress line of a running command. */
export interface VectorContext {
  readonly vectors: WordVectors;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
}

/** Adds the option `--vectors`. */
export function withVectorsOption(command: Command): Command {
  const what = 'a folder (one .safetensors file, vocab.json), a word2vec or GloVe file, or a URL';
  return command.addOption(new Option('--vectors <source>', what).makeOptionMandatory());
}

/** Reads word vectors, shows the progress and runs `use`. Returns the exit code of `use`, or 130 after Ctrl-C. */
export async function withVectors(
  source: string,
  use: (context: VectorContext) => number | Promise<number>,
): Promise<number> {
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.once('SIGINT', interrupt);
  const progress = progressLine();
  const { signal } = abort;
  try {
    const onProgress = ({ done, total }: { done: number; total: number }) =>
      progress.show(`vectors: ${Math.floor((100 * done) / total)} %`);
    const { wordVectors } = await import('@residual/word-vectors');
    const vectors = await wordVectors(source, { signal, onProgress });
    progress.end();
    return await use({ vectors, signal, progress });
  } catch (error) {
    if (signal.aborted) return 130;
    throw error;
  } finally {
    progress.end();
    process.off('SIGINT', interrupt);
  }
}
