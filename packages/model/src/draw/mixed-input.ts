import type { Taps } from '@residual/layers';
import { add, matMul, mul, reshape, type Tensor, tensor, tidy } from '@residual/tensor';
import type { CachedBatch } from '../generate/cached-batch.js';
import type { DecoderInput } from '../generate/decoder-input.js';
import { startCausal } from '../generate/start-batch.js';
import type { LoadedModel } from '../loaded-model.js';
import { causalOf } from '../model-kind.js';
import { isPlainWord, type MixedWord } from './mixed-words.js';

/**
 * The input of prompts that begin with words, some of which are sums of words. Their vectors are put in the place of
 * those of the tokens that stand for them. Such a batch runs in a scope of its own, so that nothing of it is shared
 * with prompts that have the same tokens.
 */
export function mixedInput(
  model: LoadedModel,
  input: DecoderInput,
  prompts: readonly (readonly MixedWord[])[],
): DecoderInput {
  if (prompts.every(words => words.every(isPlainWord))) return input;
  const bound = causalOf('draw', model);
  const { embedding } = bound.layer.needs;
  const embed = (ids: Tensor) => embedding(bound.weights.embedding, ids); // [1, words] to [1, words, modelDim]
  return {
    ...input,
    startBatch: async options => {
      let batch: CachedBatch | undefined;
      const taps: Taps = {
        wants: path => path === 'embedded',
        onTensor: (_, x) => withMixedWords(x, placesOf(prompts, batch!, x.shape[1]!), embed),
      };
      batch = startCausal(bound, model, { ...options, scope: options.scope.withTaps(taps) });
      return batch;
    },
  };
}

/** A mixed word in the tokens that a pass feeds: its row, and its index among them. */
interface Place {
  readonly row: number;
  readonly index: number;
  readonly word: MixedWord;
}

/** Where the next `length` tokens of a batch have mixed words. */
function placesOf(
  prompts: readonly (readonly MixedWord[])[],
  { padding, length: from }: CachedBatch,
  length: number,
): Place[] {
  const all = prompts.flatMap((words, row) =>
    words.map((word, i): Place => ({ row, index: (padding[row] ?? 0) + i - from, word })),
  );
  return all.filter(({ index, word }) => index >= 0 && index < length && !isPlainWord(word));
}

/** Embedded tokens [batch, length, modelDim] with the vectors of mixed words in their places. */
function withMixedWords(x: Tensor, places: readonly Place[], embed: (ids: Tensor) => Tensor): Tensor {
  if (places.length === 0) return x;
  return tidy(() => {
    const [batch, length, dim] = x.shape as [number, number, number];
    const tokens = [...new Set(places.flatMap(({ word }) => word.map(({ token }) => token)))];
    const weights = new Float32Array(batch * length * tokens.length);
    const kept = new Float32Array(batch * length).fill(1);
    for (const { row, index, word } of places) {
      const at = row * length + index;
      kept[at] = 0;
      for (const { token, weight } of word) weights[at * tokens.length + tokens.indexOf(token)]! += weight;
    }
    const vectors = reshape(embed(tensor(tokens, [1, tokens.length], 'int32')), [tokens.length, dim]);
    const mixed = matMul(tensor(weights, [batch * length, tokens.length]), vectors);
    return add(mul(x, tensor(kept, [batch, length, 1])), reshape(mixed, [batch, length, dim]));
  });
}
