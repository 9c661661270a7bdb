import { endTokenIds, type TokenIds } from '../errors.js';
import type { Processor } from '../processor.js';
import { biasSequences } from './sequence-bias.js';

/**
 * Suppresses the token that would complete one of `words`, each a sequence of token ids. A word that consists of one
 * token of `eosTokenId` is ignored. Logits [vocab] to logits [vocab]; throws if an id is not in the vocab.
 */
export function badWordsIds(words: readonly (readonly number[])[], eosTokenId?: TokenIds): Processor {
  const ends = endTokenIds(eosTokenId);
  const isEnd = (word: readonly number[]) => word.length === 1 && ends.includes(word[0]!);
  return biasSequences(
    'badWordsIds',
    words.filter(word => !isEnd(word)).map(word => [word, -Infinity]),
  );
}
