import {
  add,
  div,
  expectInteger,
  expectOptions,
  gather,
  mean,
  mul,
  ResidualError,
  sqrt,
  square,
  sub,
  type Tensor,
  tensor,
  tidy,
  transpose,
  zeros,
} from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import type { Corpus } from '../neurons/each-activation.js';
import { type NeuronActivations, type TopActivationsOptions, topActivations } from '../neurons/top-activations.js';
import { topIndices } from '../neurons/top-list.js';
import { type Anatomy, anatomyOf, type FinalNorm } from '../structure/anatomy.js';
import type { BoundSparseAutoencoder } from './bound.js';
import { pathOf } from './hooks.js';

/** Settings of `featureTexts`. */
export interface FeatureTextsOptions extends Omit<TopActivationsOptions, 'names' | 'neurons' | 'transform'> {
  /** The features; all if absent. */
  readonly features?: readonly number[];
  /** The path of the activations, or a name of TransformerLens; that of the autoencoder if absent. */
  readonly path?: string;
}

/** A feature with the positions at which it is most active, the largest activation first. */
export interface FeatureTexts extends Pick<NeuronActivations, 'top'> {
  readonly feature: number;
}

/**
 * The positions of a corpus at which features are most active, with the tokens around them; positions where a feature
 * is 0 are left out. The options are those of `topActivations`.
 */
export async function featureTexts(
  model: BoundLayer,
  autoencoder: BoundSparseAutoencoder,
  corpus: Corpus,
  options: FeatureTextsOptions = {},
): Promise<FeatureTexts[]> {
  const { features, path = autoencoder.path, ...rest } = options;
  const { layer, weights } = autoencoder;
  const found = await topActivations(model, corpus, {
    ...rest,
    names: [pathOf('featureTexts', path)],
    ...(features && { neurons: features }),
    transform: x => layer.encode(weights, x),
  });
  return found.map(({ neuron, top }) => ({ feature: neuron, top: top.filter(({ activation }) => activation > 0) }));
}

/** A token with what a feature adds to its logit. */
export interface TokenEffect {
  readonly token: number;
  readonly effect: number;
}

/** A feature with the tokens whose logits it raises and lowers most. */
export interface FeatureLogits {
  readonly feature: number;
  /** The largest effect first. */
  readonly raised: readonly TokenEffect[];
  /** The lowest effect first. */
  readonly lowered: readonly TokenEffect[];
}

/** Settings of `featureLogits`. */
export interface FeatureLogitsOptions {
  /** The features; all if absent. */
  readonly features?: readonly number[];
  /** How many tokens are given for each side; 10 if absent. */
  readonly top?: number;
  /** How many features are computed at once; 64 if absent. */
  readonly batch?: number;
  /** Aborts the call. */
  readonly signal?: AbortSignal;
}

/**
 * The direct effect of features on the logits: their directions through the weight of the final norm and the head, as
 * if the norm divided by 1. The autoencoder is one of the residual stream. Errors if the final norm is neither a
 * layerNorm nor an rmsNorm.
 */
export async function featureLogits(
  model: BoundLayer,
  { layer, weights }: BoundSparseAutoencoder,
  options: FeatureLogitsOptions = {},
): Promise<FeatureLogits[]> {
  const caller = 'featureLogits';
  expectOptions(caller, options, { features: 0, top: 0, batch: 0, signal: 0 });
  const { top = 10, batch = 64, signal } = options;
  expectInteger(caller, 'top', top, { min: 1 });
  expectInteger(caller, 'batch', batch, { min: 1 });
  const { features: all, modelDim, scale } = layer.settings;
  const { features = Array.from({ length: all }, (_, i) => i) } = options;
  for (const feature of features) expectInteger(caller, 'feature', feature, { max: all - 1, code: 'range' });
  const anatomy = anatomyOf(caller, model);
  if (anatomy.modelDim !== modelDim)
    throw new ResidualError(
      'fit',
      `${caller}: the autoencoder has modelDim ${modelDim}, the model ${anatomy.modelDim}; they must be equal`,
    );
  const results: FeatureLogits[] = [];
  for (let from = 0; from < features.length; from += batch) {
    signal?.throwIfAborted();
    const chosen = features.slice(from, from + batch);
    const effects = tidy(() => {
      const indices = tensor(Int32Array.from(chosen), [chosen.length], 'int32');
      const columns = gather(weights.decoder.weight as Tensor, indices, 1); // [modelDim, features chosen]
      return effectsOf(caller, anatomy, mul(transpose(columns, [1, 0]), 1 / scale));
    });
    const values = (await effects.data()) as Float32Array;
    effects.dispose();
    for (const [i, feature] of chosen.entries()) {
      const row = values.subarray(i * anatomy.vocab, (i + 1) * anatomy.vocab);
      const effectOf = (token: number) => ({ token, effect: row[token]! });
      const lowered = topIndices(
        row.map(value => -value),
        top,
      ).map(effectOf);
      results.push({ feature, raised: topIndices(row, top).map(effectOf), lowered });
    }
  }
  return results;
}

/** Directions [rows, modelDim] to what they add to the logits [rows, vocab]. */
function effectsOf(caller: string, { norm, unembed, modelDim }: Anatomy, directions: Tensor): Tensor {
  const weighted = norm ? throughNorm(caller, norm, directions) : directions;
  return sub(unembed(weighted), unembed(zeros([1, modelDim]))); // without the head's bias
}

/** Directions [rows, modelDim], centred by a layerNorm, times the weight of a norm. */
function throughNorm(caller: string, { layer, weights }: FinalNorm, directions: Tensor): Tensor {
  const { name } = layer.about;
  if (name !== 'layerNorm' && name !== 'rmsNorm')
    throw new ResidualError(
      'kind',
      `${caller}: the final norm is ${name ?? 'a layer of its own'}; it must be a layerNorm or an rmsNorm`,
    );
  const rows = { axis: 1, keepDims: true };
  const centred = name === 'layerNorm' ? sub(directions, mean(directions, rows)) : directions;
  const size = add(sqrt(mean(square(centred), rows)), 1e-12);
  const large = mul(div(centred, size), 1e3); // beside which epsilon is nothing
  const bias = layer(weights, zeros([1, directions.shape[1]!]));
  return mul(sub(layer(weights, large), bias), size);
}
