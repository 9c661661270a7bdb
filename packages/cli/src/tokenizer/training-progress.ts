import type { TrainProgress } from '@residual/tokenizer/train';
import { bar } from '../terminal/progress.js';

const names: { readonly [stage in TrainProgress['stage']]: string } = {
  words: 'reading',
  pairs: 'counting pairs',
  merges: 'merging',
  seeds: 'finding candidates',
  pruning: 'choosing tokens',
};

/** A progress bar for a stage in the training of a tokenizer. */
export function trainingBar({ stage, done, total }: TrainProgress): string {
  return bar(names[stage], done, total ?? done);
}
