import { splitHeads } from '@residual/attention';
import {
  concat,
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
import { normScale } from '../attribution/held-norm.js';
import type { BoundLayer } from '../bound-layer.js';
import { type AttentionLayer, attentionLayerOf, foldNormAfter, outputMatrices } from '../circuits/head-weights.js';
import { unembedding } from '../circuits/token-matrices.js';
import { type Anatomy, anatomyOf, logitsOfStream } from '../structure/anatomy.js';
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
  const factor = norm ? 1 / normScale(caller, norm, valuesOf(`${norm.path}.input`)) : 1;
  const tokens = names.map(position => ids[position]!);
  const attentions = blocks.map((_, layer) => attentionLayerOf(caller, model, layer));
  const [ranks, contributions] = tidy(() => {
    const streams = tensor(valuesOf(firstOutput), [1, names.length, anatomy.modelDim]);
    const written = attentions.map(attention => {
      const { heads, headDim, path } = attention;
      const outputs = outputMatrices(caller, attention);
      const attended = tensor(valuesOf(`${path}.headOutputs`), [heads, 1, headDim]);
      return { alone: readAlone(attention, outputs, streams), added: matMul(attended, outputs) };
    });
    const alone = concat(
      written.map(({ alone }) => alone),
      0,
    ); // [all heads, names, modelDim]
    const added = reshape(
      concat(
        written.map(({ added }) => added),
        0,
      ),
      [-1, anatomy.modelDim],
    );
    return [ranksOf(anatomy, alone, tokens), logitsOfTokens(caller, anatomy, mul(added, factor), tokens)] as const;
  });
  try {
    const [rankOf, addedTo] = await Promise.all([ranks.data(), contributions.data()]);
    let first = 0;
    return attentions.map(({ path, heads }) => {
      const attendedTo = valuesOf(`${path}.weights`);
      const ofHead = (values: ArrayLike<number>, head: number) =>
        names.map((_, name) => values[head * names.length + name]!);
      const ofLayer = Array.from({ length: heads }, (_, head) => ({
        ranks: ofHead(rankOf, first + head),
        attention: ofHead(attendedTo, head),
        attribution: ofHead(addedTo, first + head),
      }));
      first += heads;
      return ofLayer;
    });
  } finally {
    ranks.dispose();
    contributions.dispose();
  }
}

/** What vectors after the final norm's scale, [heads, modelDim], add to the logits of tokens: [heads, tokens]. */
function logitsOfTokens(caller: string, anatomy: Anatomy, vectors: Tensor, tokens: readonly number[]): Tensor {
  const logits = unembedding(anatomy, foldNormAfter(caller, vectors, anatomy.norm)); // [heads, vocab]
  return gather(logits, tensor(Int32Array.from(tokens), [tokens.length], 'int32'), 1);
}

/**
 * What each head writes when it reads one token alone: streams [1, tokens, modelDim] and W_O [heads, headDim, modelDim]
 * to [heads, tokens, modelDim], without the bias of the output.
 */
function readAlone({ heads, kvHeads, norm, weights }: AttentionLayer, outputs: Tensor, streams: Tensor): Tensor {
  const { weight, bias } = weights.valueDown ?? weights.value;
  const read = norm ? norm.layer(norm.weights, streams) : streams;
  const values = reshape(splitHeads(linear(read, weight, bias), kvHeads), [kvHeads, streams.shape[1]!, -1]);
  const groups = Int32Array.from({ length: heads }, (_, head) => Math.floor(head / (heads / kvHeads)));
  return matMul(gather(values, tensor(groups, [heads], 'int32'), 0), outputs);
}

/** How many tokens have a larger logit than each token itself: vectors [heads, tokens, modelDim] to [heads, tokens]. */
function ranksOf(anatomy: Anatomy, vectors: Tensor, tokens: readonly number[]): Tensor {
  const logits = logitsOfStream(anatomy, vectors); // [heads, tokens, vocab]
  const isToken = new Float32Array(tokens.length * anatomy.vocab);
  for (const [i, token] of tokens.entries()) isToken[i * anatomy.vocab + token] = 1;
  const own = sum(mul(logits, tensor(isToken, [1, tokens.length, anatomy.vocab])), { axis: 2, keepDims: true });
  return sum(toFloat(greater(logits, own)), { axis: 2 });
}
