import { loadOnce } from '@residual/appkit';
import { decomposeResidual } from '@residual/inspect';
import { stories } from '../../worker/lab.js';
import { type KnownHead, knownHeads } from './known-heads.js';
import { withoutMask } from './leak.js';
import { compareTinyModels } from './tiny-models.js';

/** What one head does with a text. */
export interface HeadOutput {
  readonly headDim: number;
  /** [length, headDim] */
  readonly query: Float32Array;
  readonly key: Float32Array;
  readonly value: Float32Array;
  /** The sum of the values by their weights, [length, headDim]. */
  readonly output: Float32Array;
  /** query · key / √headDim, before any mask, [length, length]. */
  readonly scores: Float32Array;
  /** The attention weights of all heads, [layer][head], each [length, length]. */
  readonly weights: readonly (readonly Float32Array[])[];
  /** The mean over the tokens of -log p(next token). */
  readonly loss: number;
}

/** The residual stream at a token before a block, what a head adds to it, and the sum; each [modelDim]. */
export interface Addition {
  readonly before: Float32Array;
  readonly added: Float32Array;
  readonly after: Float32Array;
}

/** The functions of this step in the worker. */
export const calls = {
  look: async (text: string, layer: number, head: number, leak: boolean): Promise<HeadOutput> => {
    const model = await stories();
    const path = `decoder.layers.${layer}.attention`;
    const names = ['query', 'key', 'value', 'headOutputs', 'scores'].map(name => `${path}.${name}`);
    const weightPaths = Array.from({ length: model.depth }, (_, i) => `decoder.layers.${i}.attention.weights`);
    const { tokens, logits, taps } = await model.forward(text, {
      taps: [...names, ...weightPaths],
      hooks: leak ? withoutMask() : [],
    });
    const headDim = taps[`${path}.query`]!.shape.at(-1)!;
    const [query, key, value, output, scores] = names.map(name => slice(taps[name]!.data, head, model.heads));
    return {
      headDim,
      query: query!,
      key: key!,
      value: value!,
      output: output!,
      scores: scores!,
      weights: weightPaths.map(path => {
        return Array.from({ length: model.heads }, (_, i) => slice(taps[path]!.data, i, model.heads));
      }),
      loss: lossOf(tokens, logits.data as Float32Array, logits.shape.at(-1)!),
    };
  },
  /** What a head adds to the residual stream at a token. */
  addition: async (text: string, layer: number, head: number, position: number, leak: boolean): Promise<Addition> => {
    const model = await stories();
    const { components } = await decomposeResidual(model, model.tokensOf(text), {
      position,
      by: 'head',
      hooks: leak ? withoutMask() : [],
    });
    const blockStart = components.findIndex(({ path }) => path.startsWith(`decoder.layers.${layer}.`));
    const { vector: added } = components.find(
      ({ path }) => path === `decoder.layers.${layer}.attention.heads.${head}`,
    )!;
    const before = added.map((_, i) =>
      components.slice(0, blockStart).reduce((sum, { vector }) => sum + vector[i]!, 0),
    );
    return { before, added, after: before.map((value, i) => value + added[i]!) };
  },
  /** The heads that do best what some heads are known to do. */
  knownHeads: loadOnce(async (): Promise<KnownHead[]> => knownHeads(await stories())),
  /** Two tiny models that learn, one with and one without the mask. */
  learn: compareTinyModels,
};

/** The part of one head in [heads, ...]. */
function slice(data: ArrayLike<number>, head: number, heads: number): Float32Array {
  const size = data.length / heads;
  return Float32Array.from(data).slice(head * size, (head + 1) * size);
}

/** The mean of -log p of each token after the first, given logits [length, vocab]; 0 for a single token. */
function lossOf(tokens: readonly number[], logits: Float32Array, vocab: number): number {
  const losses = tokens.slice(1).map((id, i) => {
    const row = logits.subarray(i * vocab, (i + 1) * vocab);
    const largest = row.reduce((most, logit) => Math.max(most, logit));
    return largest + Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - largest), 0)) - row[id]!;
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / Math.max(1, losses.length);
}

/** The types of the functions. */
export type Calls = typeof calls;
