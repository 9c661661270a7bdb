import { ResidualError } from '@residual/base';
import { type WordVectors, wordVectors } from '@residual/word-vectors';
import type { RunContext } from './start.js';

/** Reads the word vectors that the settings of a run name, with progress. Errors, naming the command, without them. */
export async function vectorsOf(
  command: string,
  { settings: { vectors }, progress, signal }: RunContext<{ readonly vectors?: string }>,
): Promise<WordVectors> {
  if (vectors === undefined)
    throw new ResidualError('range', `${command}: it is not said where word vectors are; give --vectors`);
  const onProgress = ({ done, total }: { done: number; total: number }) =>
    progress.show(`vectors: ${Math.floor((100 * done) / total)} %`);
  return wordVectors(vectors, { signal, onProgress });
}
