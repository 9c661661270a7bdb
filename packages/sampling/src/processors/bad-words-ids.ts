import { type TokenIds, tokenIds } from '../errors.js';
import type { Processor } from '../processor.js';
import { biasSequences } from './sequence-bias.js';

/**
 * Lets none of the `words`, each a sequence of token ids, be completed; a word that is only an end token of `eosTokenId` is left out.
 * Logits [vocab] to logits [vocab]; throws when an id is not in the vocab.
 */
export function badWordsIds(words: readonly (readonly number[])[], eosTokenId?: TokenIds): Processor {
  const ends = eosTokenId === undefined ? [] : tokenIds('eosTokenId', eosTokenId);
  const isEnd = (word: readonly number[]) => word.length === 1 && ends.includes(word[0]!);
  return biasSequences(
    'badWordsIds',
    words.filter(word => !isEnd(word)).map(word => [word, -Infinity]),
  );
}
