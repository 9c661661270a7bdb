import { splitHeads } from '@residual/attention';
import {
  gather,
  greater,
  linear,
  matMul,
  mul,
  reshape,
  sliceAxis,
  sum,
  type Tensor,
  tensor,
  tidy,
  toFloat,
} from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import { type AttentionLayer, attentionLayerOf, foldNormAfter, outputMatrices } from '../circuits/head-weights.js';
import { unembedding } from '../circuits/token-matrices.js';
import { type Anatomy, anatomyOf, type FinalNorm, logitsOfStream } from '../structure/anatomy.js';
import { collect } from './collect.js';

/** What a head does with each of some names. */
export interface HeadsOnNames {
  /** How many tokens have a larger logit than the name, when the head reads the name alone. */
  readonly ranks: readonly number[];
  /** The attention from the end to the name. */
  readonly attention: readonly number[];
  /** What the head adds at the end to the logit of the name, the scale of the final norm held. */
  readonly attribution: readonly number[];
}

/** A prompt, with positions from 0. */
interface Prompt {
  readonly ids: readonly number[];
  readonly names: readonly number[];
  readonly end: number;
}

/** One run of a model: what each head does with each name of a prompt, [layer][head]. */
export async function headsOnNames(
  caller: string,
  model: BoundLayer,
  { ids, names, end }: Prompt,
  signal: AbortSignal | undefined,
): Promise<HeadsOnNames[][]> {
  const anatomy = anatomyOf(caller, model);
  const { blocks, norm } = anatomy;
  const atNames = (x: Tensor, axis: number) => gather(x, tensor(Int32Array.from(names), [names.length], 'int32'), axis);
  const firstOutput = `${blocks[0]!.path}.output`;
  const taps = await collect(
    caller,
    model,
    ids,
    {
      [firstOutput]: x => atNames(x, 1), // [1, names, modelDim]
      'decoder.layers.*.attention.weights': x => atNames(sliceAxis(x, 2, end, 1), 3), // [1, heads, 1, names]
      'decoder.layers.*.attention.headOutputs': x => sliceAxis(x, 2, end, 1), // [1, heads, 1, headDim]
      ...(norm && { [`${norm.path}.input`]: (x: Tensor) => sliceAxis(x, 1, end, 1) }), // [1, 1, modelDim]
    },
    signal,
  );
  const valuesOf = (path: string) => taps.get(path)!.values;
  const factor = norm ? 1 / normScale(norm, valuesOf(`${norm.path}.input`)) : 1;
  const tokens = names.map(position => ids[position]!);
  const results: HeadsOnNames[][] = [];
  for (const layer of blocks.keys()) {
    const attention = attentionLayerOf(caller, model, layer);
    const [ranks, contributions] = tidy(() => {
      const outputs = outputMatrices(caller, attention);
      const attended = tensor(valuesOf(`${attention.path}.headOutputs`), [attention.heads, 1, attention.headDim]);
      const written = mul(reshape(matMul(attended, outputs), [attention.heads, -1]), factor);
      return [
        copyRanks(
          anatomy,
          attention,
          outputs,
          tensor(valuesOf(firstOutput), [1, names.length, anatomy.modelDim]),
          tokens,
        ),
        logitsOfTokens(caller, anatomy, written, tokens),
      ] as const;
    });
    try {
      const [rankOf, addedTo] = await Promise.all([ranks.data(), contributions.data()]);
      const attendedTo = valuesOf(`${attention.path}.weights`);
      const ofHead = (values: ArrayLike<number>, head: number) =>
        names.map((_, name) => values[head * names.length + name]!);
      results.push(
        Array.from({ length: attention.heads }, (_, head) => ({
          ranks: ofHead(rankOf, head),
          attention: ofHead(attendedTo, head),
          attribution: ofHead(addedTo, head),
        })),
      );
    } finally {
      ranks.dispose();
      contributions.dispose();
    }
  }
  return results;
}

/** What vectors after the final norm's scale, [heads, modelDim], add to the logits of tokens: [heads, tokens]. */
function logitsOfTokens(caller: string, anatomy: Anatomy, vectors: Tensor, tokens: readonly number[]): Tensor {
  const logits = unembedding(anatomy, foldNormAfter(caller, vectors, anatomy.norm)); // [heads, vocab]
  return gather(logits, tensor(Int32Array.from(tokens), [tokens.length], 'int32'), 1);
}

/**
 * The rank of each token in the logits of what each head writes, when it reads the stream of that token alone: streams
 * [1, tokens, modelDim] and W_O [heads, headDim, modelDim] to [heads · tokens].
 */
function copyRanks(
  anatomy: Anatomy,
  { heads, kvHeads, norm, weights }: AttentionLayer,
  outputs: Tensor,
  streams: Tensor,
  tokens: readonly number[],
): Tensor {
  const { weight, bias } = weights.valueDown ?? weights.value;
  const values = splitHeads(linear(norm ? norm.layer(norm.weights, streams) : streams, weight, bias), kvHeads);
  const groups = Int32Array.from({ length: heads }, (_, head) => Math.floor(head / (heads / kvHeads)));
  const ofHeads = gather(reshape(values, [kvHeads, tokens.length, -1]), tensor(groups, [heads], 'int32'), 0);
  const logits = logitsOfStream(anatomy, matMul(ofHeads, outputs)); // [heads, tokens, vocab]
  const { vocab } = anatomy;
  const isToken = new Float32Array(tokens.length * vocab);
  for (const [i, token] of tokens.entries()) isToken[i * vocab + token] = 1;
  const own = sum(mul(logits, tensor(isToken, [1, tokens.length, vocab])), { axis: 2, keepDims: true });
  return reshape(sum(toFloat(greater(logits, own)), { axis: 2 }), [heads * tokens.length]);
}

/** What a norm divides a vector by. */
function normScale(norm: FinalNorm, vector: Float32Array): number {
  const { epsilon } = norm.layer as { readonly epsilon?: number };
  const mean = norm.layer.about.name === 'layerNorm' ? vector.reduce((sum, x) => sum + x, 0) / vector.length : 0;
  const variance = vector.reduce((sum, x) => sum + (x - mean) ** 2, 0) / vector.length;
  return Math.sqrt(variance + (epsilon ?? 0));
}
