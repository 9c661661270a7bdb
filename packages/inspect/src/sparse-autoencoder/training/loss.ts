import {
  add,
  greaterEqual,
  kthLargest,
  linear,
  mul,
  neg,
  relu,
  scalarMinus,
  square,
  stopGradient,
  sub,
  sum,
  type Tensor,
  toFloat,
} from '@residual/tensor';
import { aboveThreshold } from '../activation.js';
import {
  encodeSteps,
  type SparseAutoencoderNeeds,
  type SparseAutoencoderSettings,
  type SparseAutoencoderWeights,
} from '../sparse-autoencoder.js';

/** The coefficients of one loss. */
export interface SparseLossOptions {
  /** The coefficient of the sparsity penalty; `topK` has none. */
  readonly sparsity: number;
  /** The coefficient of the term that revives dead features. */
  readonly deadCoefficient: number;
  /** 1 for dead features [features] and their number; undefined if there are none. */
  readonly dead: { readonly mask: Tensor; readonly count: number } | undefined;
}

/** A loss, and what it was computed from. */
export interface SparseLoss {
  readonly loss: Tensor;
  /** The normalized activations [rows, modelDim], and what the reconstruction lacks of them. */
  readonly x: Tensor;
  readonly error: Tensor;
  readonly features: Tensor;
}

/**
 * The loss of a sparse autoencoder on activations [rows, modelDim], a mean over rows. To ‖x - x̂‖² it adds, each with
 * its coefficient: the sum of the features (`relu`, Bricken et al. 2023), their number (`jumpRelu`, Rajamanoharan et
 * al. 2024b), or the sum of the open gates and the error of a reconstruction by them alone (`gated`, Rajamanoharan
 * et al. 2024a). Dead features of `topK` learn to reconstruct the error (Gao et al. 2024, appendix A.2); those of
 * others are raised towards their threshold (the pre-activation loss of Conerly et al. 2025). Call it in a `tidy`.
 */
export function sparseLoss(
  autoencoder: { readonly needs: SparseAutoencoderNeeds; readonly settings: SparseAutoencoderSettings },
  weights: SparseAutoencoderWeights,
  activations: Tensor,
  { sparsity, deadCoefficient, dead }: SparseLossOptions,
): SparseLoss {
  const { needs, settings } = autoencoder;
  const rows = activations.shape[0]!;
  const perRow = (x: Tensor, coefficient = 1) => mul(sum(x), coefficient / rows);
  const { normalized, preActivation, features } = encodeSteps(autoencoder, weights, activations);
  const { x } = normalized;
  const error = sub(x, needs.decoder(weights.decoder, features));
  const terms = [perRow(square(error))];
  const { threshold, gate } = weights;
  if (settings.activation === 'relu') terms.push(perRow(features, sparsity));
  if (threshold) terms.push(perRow(aboveThreshold(preActivation, threshold, settings.bandwidth), sparsity));
  if (gate) {
    const open = relu(preActivation);
    const { weight, bias } = weights.decoder;
    const byGates = linear(open, stopGradient(weight as Tensor), stopGradient(bias!));
    terms.push(perRow(open, sparsity), perRow(square(sub(byGates, x))));
  }
  if (dead && typeof settings.activation === 'object') {
    const { error: rest, share } = deadReconstruction(preActivation, error, weights.decoder.weight as Tensor, dead);
    terms.push(perRow(square(rest), deadCoefficient * share));
  } else if (dead) {
    const below = relu(threshold ? sub(threshold, preActivation) : neg(preActivation));
    terms.push(perRow(mul(below, dead.mask), deadCoefficient));
  }
  return { loss: terms.reduce(add), x, error, features };
}

/** What the largest of the dead features leave of the error, and the weight of that loss. */
function deadReconstruction(
  preActivation: Tensor,
  error: Tensor,
  decoder: Tensor,
  { mask, count }: { readonly mask: Tensor; readonly count: number },
): { error: Tensor; share: number } {
  const most = Math.max(1, Math.floor(decoder.shape[0]! / 2));
  const alive = scalarMinus(1, mask);
  const ranked = sub(mul(preActivation, mask), mul(alive, 1e4)); // far below what is dead
  const isKept = mul(toFloat(greaterEqual(ranked, kthLargest(ranked, Math.min(most, count)))), mask);
  const reconstruction = linear(mul(preActivation, isKept), decoder);
  return { error: sub(reconstruction, stopGradient(error)), share: Math.min(count / most, 1) };
}
