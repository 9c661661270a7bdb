import { loadOnce } from '@residual/appkit';
import { decomposeResidual } from '@residual/inspect';
import { stories } from '../../worker/lab.js';
import type { HeadVectors } from './asking.js';
import { crossAttention } from './cross-calls.js';
import { partOfHead } from './head-part.js';
import { type KnownHead, knownHeads } from './known-heads.js';
import { withoutMask } from './leak.js';
import { type PhraseVectors, phraseVectors } from './phrase-calls.js';

/** What one head does with a text; the scores are those before any mask. */
export interface HeadOutput extends HeadVectors {
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
    const [query, key, value, output, scores] = names.map(name => partOfHead(taps[name]!.data, head, model.heads));
    return {
      headDim,
      query: query!,
      key: key!,
      value: value!,
      output: output!,
      scores: scores!,
      weights: weightPaths.map(path => {
        return Array.from({ length: model.heads }, (_, i) => partOfHead(taps[path]!.data, i, model.heads));
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
  /** The vector of the last token of each text after a block, and six tokens that gain from the first to the last. */
  phrase: async (texts: readonly (readonly number[])[], layer: number): Promise<PhraseVectors> =>
    phraseVectors(await stories(), texts, layer, 6),
  /** The cross-attention of a head of the translator. */
  cross: crossAttention,
};

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
