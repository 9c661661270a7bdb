import {
  emptyScope,
  type Layer,
  type Linear,
  layer,
  linear,
  type Scope,
  type VectorNeed,
  vector,
  type Weights,
} from '@residual/layers';
import {
  add,
  expectInteger,
  expectOptions,
  expectShape,
  expectValue,
  relu,
  showShape,
  sub,
  type Tensor,
  tidy,
} from '@residual/tensor';
import { activationKind, gatedActivation, jumpRelu, type SparseActivation, topKActivation } from './activation.js';
import { denormalize, type Normalization, type Normalized, normalize } from './normalization.js';

/** Settings of `sparseAutoencoder`. */
export interface SparseAutoencoderOptions {
  /** Width of the activations. */
  readonly modelDim: number;
  /** The number of features. */
  readonly features: number;
  /** What makes features sparse; 'relu' if absent. */
  readonly activation?: SparseActivation;
  /** Whether the decoder's bias is subtracted from the input; true if absent. */
  readonly subtractDecoderBias?: boolean;
  /** How the input is normalized; 'none' if absent. */
  readonly normalization?: Normalization;
  /** A constant factor on the input, divided out of the output; 1 if absent. Only with normalization 'none'. */
  readonly scale?: number;
  /** The width of the estimate of the gradient of a `jumpRelu` threshold; 0.05 if absent. */
  readonly bandwidth?: number;
}

/** The settings of a sparse autoencoder, complete. */
export type SparseAutoencoderSettings = Required<SparseAutoencoderOptions>;

/** The needs of a sparse autoencoder: encoder weight [features, modelDim], decoder weight [modelDim, features]. */
export type SparseAutoencoderNeeds = {
  /** Without a bias if `gated`. */
  readonly encoder: Linear;
  /** Column j is the direction of feature j. */
  readonly decoder: Linear;
  /** Of `jumpRelu`, [features]. */
  readonly threshold: VectorNeed | undefined;
  /** Of `gated`, each [features]. */
  readonly gate:
    | { readonly bias: VectorNeed; readonly magnitudeBias: VectorNeed; readonly logScale: VectorNeed }
    | undefined;
};

/** The weights of a sparse autoencoder. */
export type SparseAutoencoderWeights = Weights<SparseAutoencoderNeeds>;

/** Activations [..., modelDim] to their reconstruction from sparse features, of the same shape. */
export interface SparseAutoencoder extends Layer<SparseAutoencoderNeeds, Tensor, Tensor> {
  readonly settings: SparseAutoencoderSettings;
  /** The features [..., features] of activations [..., modelDim]. */
  encode(weights: SparseAutoencoderWeights, x: Tensor, scope?: Scope): Tensor;
  /**
   * The reconstruction [..., modelDim] of features [..., features]. A normalization by the statistics of each vector
   * needs the activations `x` that were encoded.
   */
  decode(weights: SparseAutoencoderWeights, features: Tensor, x?: Tensor): Tensor;
}

/** The steps of an encoding. */
export interface Encoding {
  readonly normalized: Normalized;
  /** What `topK` ranks, `jumpRelu` compares and opens a gate [..., features]. */
  readonly preActivation: Tensor;
  readonly features: Tensor;
}

/**
 * A sparse autoencoder: features = activation(encoder(x - decoder.bias)), output = decoder(features), x [..., modelDim]
 * to the same (Bricken et al. 2023). Taps: `preActivation` and `features`, both [..., features].
 */
export function sparseAutoencoder(options: SparseAutoencoderOptions): SparseAutoencoder {
  const settings = settingsOf(options);
  const { modelDim, features, normalization } = settings;
  const kind = activationKind('sparseAutoencoder', settings.activation, features);
  const needs: SparseAutoencoderNeeds = {
    encoder: linear({ in: modelDim, out: features, bias: kind !== 'gated' }),
    decoder: linear({ in: features, out: modelDim }),
    threshold: kind === 'jumpRelu' ? vector([features], 0.01) : undefined,
    gate:
      kind === 'gated'
        ? { bias: vector([features]), magnitudeBias: vector([features]), logScale: vector([features]) }
        : undefined,
  };
  const encoder = { needs, settings };
  const autoencoder = layer(
    needs,
    (w, x: Tensor, scope) => {
      const { normalized, features } = encodeSteps(encoder, w, x, scope);
      return denormalize(needs.decoder(w.decoder, features, scope.at('decoder')), normalized);
    },
    { name: 'sparseAutoencoder', inDim: modelDim, outDim: modelDim },
  );
  return Object.assign(autoencoder, {
    settings,
    encode: (weights: SparseAutoencoderWeights, x: Tensor, scope?: Scope) =>
      tidy(() => encodeSteps(encoder, weights, x, scope).features),
    decode: (weights: SparseAutoencoderWeights, features: Tensor, x?: Tensor) =>
      tidy(() => {
        expectValue(
          x !== undefined || normalization === 'none',
          'decode',
          'x',
          x,
          `the encoded activations, for the normalization is ${normalization}`,
        );
        return denormalize(
          needs.decoder(weights.decoder, features),
          normalize(x ?? features, normalization, settings.scale),
        );
      }),
  });
}

/** The steps of an encoding; `autoencoder` may be a sparse autoencoder. Call it in a `tidy`. */
export function encodeSteps(
  { needs, settings }: { readonly needs: SparseAutoencoderNeeds; readonly settings: SparseAutoencoderSettings },
  weights: SparseAutoencoderWeights,
  x: Tensor,
  scope: Scope = emptyScope,
): Encoding {
  const { activation, modelDim, normalization, scale, bandwidth, subtractDecoderBias } = settings;
  expectShape(
    x.shape.at(-1) === modelDim,
    () => `sparseAutoencoder: x is ${showShape(x.shape)}; it must be [..., ${modelDim}]`,
  );
  const normalized = normalize(x, normalization, scale);
  const centered = subtractDecoderBias ? sub(normalized.x, weights.decoder.bias!) : normalized.x;
  const linearOutput = needs.encoder(weights.encoder, centered, scope.at('encoder')); // [..., features]
  const { gate, threshold } = weights;
  const preActivation = scope.tap('preActivation', gate ? add(linearOutput, gate.bias) : linearOutput);
  const compute = () => {
    if (gate) return gatedActivation(linearOutput, preActivation, { ...gate, bias: gate.magnitudeBias });
    if (threshold) return jumpRelu(preActivation, threshold, bandwidth);
    return typeof activation === 'object' ? topKActivation(preActivation, activation.topK) : relu(preActivation);
  };
  return { normalized, preActivation, features: scope.tap('features', compute()) };
}

function settingsOf(options: SparseAutoencoderOptions): SparseAutoencoderSettings {
  const caller = 'sparseAutoencoder';
  expectOptions(caller, options, {
    modelDim: 1,
    features: 1,
    activation: 0,
    subtractDecoderBias: 0,
    normalization: 0,
    scale: 0,
    bandwidth: 0,
  });
  const { modelDim, features, activation = 'relu', subtractDecoderBias = true } = options;
  const { normalization = 'none', scale = 1, bandwidth = 0.05 } = options;
  expectInteger(caller, 'modelDim', modelDim, { min: 2 });
  expectInteger(caller, 'features', features, { min: 1 });
  expectValue(
    typeof subtractDecoderBias === 'boolean',
    caller,
    'subtractDecoderBias',
    subtractDecoderBias,
    'a boolean',
  );
  const isKnown = normalization === 'none' || normalization === 'layerNorm' || normalization === 'constantNorm';
  expectValue(isKnown, caller, 'normalization', normalization, "'none', 'layerNorm' or 'constantNorm'");
  const isScale = scale > 0 && scale < Infinity && (scale === 1 || normalization === 'none');
  expectValue(isScale, caller, 'scale', scale, "a number above 0, and 1 unless normalization is 'none'");
  expectValue(bandwidth > 0 && bandwidth < Infinity, caller, 'bandwidth', bandwidth, 'a number above 0');
  return { modelDim, features, activation, subtractDecoderBias, normalization, scale, bandwidth };
}
