import { disposable, dispose } from '@residual/tensor';
import type { SparseAutoencoder, SparseAutoencoderWeights } from './sparse-autoencoder.js';

/** A sparse autoencoder with its weights, and the activations that it is for. */
export interface BoundSparseAutoencoder extends Disposable {
  readonly layer: SparseAutoencoder;
  readonly weights: SparseAutoencoderWeights;
  /** The path of the activations, such as `decoder.layers.3.output`; undefined if a file does not say it. */
  readonly path: string | undefined;
  /** The parsed `cfg.json` of a published autoencoder, which also says what it was trained on; else empty. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Frees the weights. */
  dispose(): void;
}

/** An autoencoder that owns its weights. */
export function boundSparseAutoencoder(
  layer: SparseAutoencoder,
  weights: SparseAutoencoderWeights,
  { path, config = {} }: { path?: string | undefined; config?: Readonly<Record<string, unknown>> } = {},
): BoundSparseAutoencoder {
  const free = () => dispose(weights);
  return disposable({ layer, weights, path, config, dispose: free }, free);
}
