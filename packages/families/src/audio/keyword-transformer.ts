import { selfAttention } from '@residual/attention';
import { learnedPositions, learnedTokens } from '@residual/embeddings';
import { layer, layerNorm, linear, sequential } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { concat, expectOptions, expectShape, showShape, type Tensor } from '@residual/tensor';
import { type AudioModel, audioModel, firstToken, postNormBlock, stack } from '@residual/transformer';

/** The sizes of `keywordTransformer`; those of KWT-1 are the defaults. */
export interface KeywordTransformerOptions {
  /** The number of words that are told apart, those for other words and for silence included. */
  readonly labels: number;
  /** Frames of a recording. */
  readonly frames?: number;
  /** Numbers of a frame. */
  readonly bins?: number;
  /** The width of the blocks. */
  readonly modelDim?: number;
  /** Heads of the attention. */
  readonly heads?: number;
  /** The width of the perceptrons between their matrices. */
  readonly hiddenDim?: number;
  /** How many blocks there are. */
  readonly depth?: number;
}

/**
 * The Keyword Transformer (Berg, O'Connor and Cruz 2021): each frame of the MFCC of a second is a patch, a class token
 * stands before them, and after post-norm blocks it alone is classified: [batch, frames, bins] to logits [batch,
 * labels]. The defaults are KWT-1: 98 frames of 40, 12 blocks 64 wide with one head, 0.6 million weights.
 */
export function keywordTransformer(options: KeywordTransformerOptions): AudioModel {
  const names = { labels: 1, frames: 0, bins: 0, modelDim: 0, heads: 0, hiddenDim: 0, depth: 0 } as const;
  expectOptions('keywordTransformer', options, names);
  const { labels, frames = 98, bins = 40, modelDim = 64, heads = 1, depth = 12 } = options;
  const { hiddenDim = 4 * modelDim } = options;
  const bias = { query: false, key: false, value: false, output: true };
  return audioModel({
    features: framePatches({ frames, bins, modelDim }),
    positionEncoding: learnedPositions({ maxPositions: frames + 1, dim: modelDim }),
    encoder: stack({
      block: postNormBlock({
        norm: layerNorm({ dim: modelDim }),
        attention: selfAttention({ modelDim, heads, bias }),
        mlp: mlp({ modelDim, hiddenDim, activation: 'gelu' }),
      }),
      depth,
    }),
    head: sequential({
      first: firstToken(),
      norm: layerNorm({ dim: modelDim }),
      classifier: linear({ in: modelDim, out: labels }),
    }),
  });
}

/** A class token and a vector for each frame: [batch, frames, bins] to [batch, 1 + frames, modelDim]. */
function framePatches({ frames, bins, modelDim }: Readonly<Record<'frames' | 'bins' | 'modelDim', number>>) {
  const [patch, classToken] = [linear({ in: bins, out: modelDim }), learnedTokens({ dim: modelDim })];
  return layer(
    { patch, classToken },
    (w, x: Tensor, scope) => {
      const [batch, length, width] = x.shape as [number, number, number];
      expectShape(
        length === frames && width === bins,
        () => `keywordTransformer: frames ${showShape(x.shape)} are not [batch, ${frames}, ${bins}]`,
      );
      return concat([classToken(w.classToken, { batch }), patch(w.patch, x, scope.at('patch'))], 1);
    },
    { name: 'framePatches', inDim: bins, outDim: modelDim },
  );
}
