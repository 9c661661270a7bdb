import { textsOf } from '@residual/appkit';
import { run } from '@residual/inspect';
import type { Model } from '@residual/model';
import { translator } from '../../worker/lab.js';
import { translatedSegment } from '../beyond/translation.js';
import type { HeadVectors } from './asking.js';
import { partOfHead } from './head-part.js';

/**
 * What one head of the translator does while it writes a translation: queryLen counts the French tokens and the end
 * token, keyLen the English ones and their end token.
 */
export interface CrossAttention extends HeadVectors {
  readonly translation: string;
  /** The texts of the English tokens, which have keys and values. */
  readonly source: readonly string[];
  /** The texts of the French tokens, without the end token; each is written by the query at its index. */
  readonly target: readonly string[];
  /** [queryLen, keyLen] */
  readonly weights: Float32Array;
}

const names = ['query', 'key', 'value', 'headOutputs', 'scores', 'weights'] as const;

/** Translates the first sentence of a text, and reads the cross-attention of a head in one pass over both texts. */
export async function crossAttention(text: string, layer: number, head: number): Promise<CrossAttention> {
  const model = await translator();
  const { translation, sourceTokens, tokens } = await translatedSegment(text);
  const target = [model.decoderStartTokenId, ...tokens];
  const [query, key, value, output, scores, weights] = await activationsOf(model, sourceTokens, target, layer, head);
  return {
    translation,
    source: textsOf(model.tokenizer!, sourceTokens),
    target: textsOf(model.tokenizer!, tokens),
    headDim: query!.length / target.length,
    query: query!,
    key: key!,
    value: value!,
    output: output!,
    scores: scores!,
    weights: weights!,
  };
}

/** The activations in `names` of one head. */
async function activationsOf(
  model: Model,
  source: readonly number[],
  target: readonly number[],
  layer: number,
  head: number,
): Promise<Float32Array[]> {
  const paths = names.map(name => `decoder.layers.${layer}.crossAttention.${name}`);
  const result = run(model, { source, target }, { names: paths });
  try {
    return await Promise.all(
      paths.map(async path => partOfHead(await result.activation(path).data(), head, model.heads)),
    );
  } finally {
    result.dispose();
  }
}
