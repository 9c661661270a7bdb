import { init } from '@residual/layers';
import {
  mean,
  mul,
  normalValues,
  reshape,
  sqrt,
  square,
  sum,
  type Tensor,
  tensor,
  tidy,
  transpose,
} from '@residual/tensor';
import type { BoundSparseAutoencoder } from '../bound.js';
import { boundSparseAutoencoder } from '../bound.js';
import { type SparseAutoencoderOptions, sparseAutoencoder } from '../sparse-autoencoder.js';
import { unitColumns } from './optimizer.js';

/**
 * An autoencoder to be trained on activations like these, x [rows, modelDim]: they are scaled to a mean norm of
 * √modelDim, the decoder's bias is their mean, the directions of features are random with norm 1, and the encoder is
 * the decoder transposed (Gao et al. 2024, appendix A).
 */
export async function initialAutoencoder(
  x: Tensor,
  { path, seed, ...options }: Omit<SparseAutoencoderOptions, 'modelDim' | 'scale'> & { path: string; seed: number },
): Promise<BoundSparseAutoencoder> {
  const { features } = options;
  const modelDim = x.shape[1]!;
  const norm = tidy(() => mean(sqrt(sum(square(x), { axis: 1 }))));
  const [meanNorm] = await norm.data();
  norm.dispose();
  const scale = meanNorm! > 0 ? Math.sqrt(modelDim) / meanNorm! : 1;
  const layer = sparseAutoencoder({ ...options, modelDim, scale });
  const weights = init(layer, { seed });
  const initial = tidy(() => {
    const decoder = unitColumns(
      tensor(normalValues(seed, 'decoder.weight', modelDim * features), [modelDim, features]),
    );
    // Without a limit on their number, about half of the features are active and their sum is too large by this.
    const share = typeof options.activation === 'object' ? 1 : Math.min(1, (2 * modelDim) / features);
    return {
      decoder,
      encoder: mul(transpose(decoder, [1, 0]), share),
      bias: reshape(mul(mean(x, { axis: 0 }), scale), [modelDim]),
    };
  });
  for (const leaf of [weights.encoder.weight, weights.decoder.weight, weights.decoder.bias]) leaf!.dispose();
  const { encoder, decoder, bias } = initial;
  const tree = {
    ...weights,
    encoder: { ...weights.encoder, weight: encoder },
    decoder: { ...weights.decoder, weight: decoder, bias },
  };
  return boundSparseAutoencoder(layer, tree, { path });
}
