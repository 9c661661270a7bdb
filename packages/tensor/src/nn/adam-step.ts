import { expectShape, showShape } from '../errors.js';
import { add, div, mul, sub } from '../ops/arithmetic.js';
import { sqrt } from '../ops/functions.js';
import { type Op, runOp } from '../ops/op.js';
import type { Tensor } from '../tensor.js';

/** The inputs of `adamStep`. */
export type AdamStepInputs = {
  readonly weight: Tensor;
  /** The moving mean of gradients, of the shape of the weight. */
  readonly first: Tensor;
  /** The moving mean of squared gradients, of the shape of the weight. */
  readonly second: Tensor;
  /** The learning rate over what `first` lacks of a mean, of shape []. */
  readonly step: Tensor;
  /** One over the root of what `second` lacks of a mean, of shape []. */
  readonly unbias: Tensor;
  /** The share of the weight that decays, of shape []; none if absent. */
  readonly decay?: Tensor | undefined;
};

/** The attributes of `residual.adamStep`. */
export type AdamStepAttributes = { readonly epsilon: number };

const adamStepOp: Op<AdamStepInputs, AdamStepAttributes> = {
  name: 'residual.adamStep',
  compose: ({ weight, first, second, step, unbias, decay }, { epsilon }) => {
    const root = add(mul(sqrt(second), unbias), epsilon);
    const decayed = decay ? sub(weight, mul(weight, decay)) : weight;
    return sub(decayed, mul(div(first, root), step));
  },
};

/**
 * The weight after a step of Adam with decoupled weight decay, (1 - decay) · weight - step · first / (unbias · √second
 * + epsilon) (Kingma and Ba 2015; Loshchilov and Hutter 2019).
 */
export function adamStep(inputs: AdamStepInputs, attributes: AdamStepAttributes): Tensor {
  const [weight, first, second] = [inputs.weight, inputs.first, inputs.second].map(({ shape }) => showShape(shape));
  expectShape(
    weight === first && weight === second,
    () => `adamStep: weight ${weight}, first ${first} and second ${second} differ`,
  );
  return runOp(adamStepOp, inputs, attributes);
}
