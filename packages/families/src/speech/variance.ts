import { convolution1d, layer, layerNorm, linear, sequential } from '@residual/layers';
import { reshape, type Tensor } from '@residual/tensor';
import { activationLayer } from '../encoders/bert-parts.js';

/** Settings of `variancePredictor`. */
export interface VariancePredictorOptions {
  /** Width of the states. */
  readonly modelDim: number;
  /** Width of the convolutions. */
  readonly channels: number;
  /** Number of convolutions. */
  readonly depth: number;
  /** The window of the convolutions. */
  readonly kernelSize: number;
}

/**
 * The predictor of a number for each token, such as its duration or pitch (Ren et al. 2021, FastSpeech 2): states
 * [batch, length, modelDim] to [batch, length, 1].
 */
export function variancePredictor({ modelDim, channels, depth, kernelSize }: VariancePredictorOptions) {
  const padding = (kernelSize - 1) / 2;
  const blocks = Array.from({ length: depth }, (_, i) =>
    sequential({
      convolution: convolution1d({ in: i === 0 ? modelDim : channels, out: channels, kernelSize, padding }),
      activation: activationLayer('relu'),
      norm: layerNorm({ dim: channels }),
    }),
  );
  const output = linear({ in: channels, out: 1 });
  return layer(
    { layers: blocks, output },
    (w, x: Tensor) => {
      const last = blocks.reduce((y, block, i) => block(w.layers[i]!, y), x);
      return reshape(output(w.output, last), [...x.shape.slice(0, 2), 1]);
    },
    { name: 'variancePredictor', inDim: modelDim, outDim: 1 },
  );
}

/** The vectors of a number for each token: [batch, length, 1] to [batch, length, modelDim]. */
export function varianceEmbedding(modelDim: number, kernelSize: number) {
  return convolution1d({ in: 1, out: modelDim, kernelSize, padding: (kernelSize - 1) / 2 });
}
