import { causal, combineMasks, lowRankValueAttention, selfAttention, slidingWindow } from '@residual/attention';
import { alibi, learnedPositions, rotary, tokenEmbedding } from '@residual/embeddings';
import { dropout, init, layerNorm, linear, rmsNorm } from '@residual/layers';
import { gatedMlp, mlp } from '@residual/mlp';
import type { Matrix, Tensor } from '@residual/tensor';
import { languageModel, parallelBlock, postNormBlock, stack, transformerBlock } from '@residual/transformer';

/** Twelve blocks with twelve types: the cost of a composition by hand for the compiler. */
const modelDim = 64;
const [layer, rms] = [layerNorm({ dim: modelDim }), rmsNorm({ dim: modelDim })];
const drop = dropout({ rate: 0.1 });
const plain = selfAttention({ modelDim, heads: 4, mask: causal() });
const turned = selfAttention({
  modelDim,
  heads: 4,
  kvHeads: 2,
  mask: causal(),
  positionEncoding: rotary({ headDim: 16 }),
});
const near = selfAttention({
  modelDim,
  heads: 8,
  mask: combineMasks(causal(), slidingWindow(16)),
  positionEncoding: alibi({ heads: 8 }),
});
const explained = lowRankValueAttention({ modelDim, heads: 4, mask: causal() });
const [wide, gated] = [mlp({ modelDim }), gatedMlp({ modelDim })];

const model = languageModel({
  embedding: tokenEmbedding({ vocab: 1000, dim: modelDim }),
  positionEncoding: learnedPositions({ maxPositions: 128, dim: modelDim }),
  afterEmbedding: drop,
  decoder: stack({
    block: [
      transformerBlock({ norm: layer, attention: plain, mlp: wide }),
      transformerBlock({ norm: rms, attention: turned, mlp: gated, dropout: drop }),
      transformerBlock({ norm: rms, attention: near, mlp: wide }),
      transformerBlock({ norm: layer, attention: explained, mlp: gated }),
      postNormBlock({ norm: layer, attention: plain, mlp: gated }),
      postNormBlock({ norm: rms, attention: turned, mlp: wide }),
      postNormBlock({ norm: layer, attention: near, mlp: gated, dropout: drop }),
      postNormBlock({ norm: rms, attention: explained, mlp: wide }),
      parallelBlock({ norm: rms, attention: plain, mlp: gated }),
      parallelBlock({ norm: layer, attention: turned, mlp: gated }),
      parallelBlock({ norm: rms, attention: near, mlp: gated }),
      parallelBlock({ norm: layer, attention: explained, mlp: wide }),
    ],
    norm: layer,
  }),
  head: linear({ in: modelDim, out: 1000, bias: false }),
});

const weights = init(model, { seed: 1 });
declare const ids: Tensor;
export const logits: Tensor = model(weights, ids);
export const table: Matrix = weights.positions.weight;
export const head: Matrix = weights.head.weight;
export const query: Matrix = weights.decoder.layers[3].attention.query.weight;
