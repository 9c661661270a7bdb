import type { WordVectors } from '@residual/word-vectors';
import type { Command } from 'commander';
import type { CommandCall } from './command.js';
import { type CommandContext, withContext } from './context.js';

/** The option of `addVectorsOption`. */
export interface VectorOptions {
  readonly vectors: string;
}

/** The context of a command with word vectors. */
export interface VectorContext extends CommandContext {
  readonly vectors: WordVectors;
}

/** The help of `--vectors`. */
export const vectorsHelp = 'a folder (one .safetensors file, vocab.json), a word2vec or GloVe file, or a URL';

/** Adds the option `--vectors`. */
export function addVectorsOption(command: Command): Command {
  return command.requiredOption('--vectors <source>', vectorsHelp);
}

/** Runs `work` with the word vectors that the options name. Returns the exit code. */
export function withVectors(
  { command, options }: CommandCall<VectorOptions>,
  work: (context: VectorContext) => Promise<number | undefined>,
): Promise<number> {
  return withContext(command, undefined, async context => {
    const { signal, progress } = context;
    const onProgress = ({ done, total }: { done: number; total: number }) =>
      progress.show(`vectors: ${Math.floor((100 * done) / total)} %`);
    const { wordVectors } = await import('@residual/word-vectors');
    const vectors = await wordVectors(options.vectors, { signal, onProgress });
    progress.end();
    return work({ ...context, vectors });
  });
}
