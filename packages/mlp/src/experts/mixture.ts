import { type AnyLayer, bind, describe, expectSameWidth, type Layer, layer } from '@residual/layers';
import {
  add,
  expectInteger,
  expectOptions,
  matMul,
  mul,
  ResidualError,
  reshape,
  sum,
  type Tensor,
} from '@residual/tensor';
import type { Experts } from './interface.js';
import type { Router, Routing } from './routers/router.js';

/** The layer of `mixtureOfExperts`. */
export interface MixtureOfExperts
  extends Layer<
    { readonly router: Router; readonly experts: Experts; readonly shared: AnyLayer<Tensor, Tensor> | undefined },
    Tensor,
    Tensor
  > {}

/** Parts of `mixtureOfExperts`. */
export interface MixtureOptions {
  /** Chooses experts for each token: `softmaxRouter` or another one. */
  readonly router: Router;
  /** The experts: `gatedExperts` or others. */
  readonly experts: Experts;
  /** An mlp for all tokens, whose output is added, as in DeepSeek. */
  readonly shared?: AnyLayer<Tensor, Tensor> | undefined;
}

/**
 * Σ weight · expert(x) over the experts that the router chooses for each token, plus shared(x): x [..., modelDim] to
 * the same (Shazeer et al. 2017). Only the chosen experts are computed where the backend has a kernel for it, and only
 * they are counted in `describe`.
 */
export function mixtureOfExperts(options: MixtureOptions): MixtureOfExperts {
  expectOptions('mixtureOfExperts', options, { router: 1, experts: 1, shared: 0 });
  const { router, experts, shared } = options;
  const modelDim = expectPartsFit(options);
  const parts = { router, experts, shared };
  return layer(
    parts,
    (w, x: Tensor, scope) => {
      const { router, experts, shared } = bind(parts, w, scope);
      const tokens = reshape(x, [-1, x.shape.at(-1)!]);
      const routing = router(tokens);
      const outputs = experts({ x: weighInputs(tokens, routing), chosen: routing.chosen }); // [tokens, k, modelDim]
      const mixed = reshape(sumChoices(outputs, routing), x.shape);
      return parts.shared ? add(mixed, shared(x)) : mixed;
    },
    { name: 'mixtureOfExperts', inDim: modelDim, outDim: modelDim, flops: keyLen => extraFlops(options, keyLen) },
  );
}

/** The inputs of the experts: one for each token, or weighted ones for each choice. */
function weighInputs(tokens: Tensor, { inputWeights }: Routing): Tensor {
  if (!inputWeights) return tokens;
  const [count, width] = tokens.shape as [number, number];
  return mul(reshape(tokens, [count, 1, width]), reshape(inputWeights, [...inputWeights.shape, 1]));
}

/** Σ weight · output over the choices of each token: [tokens, k, modelDim] to [tokens, modelDim]. */
function sumChoices(outputs: Tensor, { weights }: Routing): Tensor {
  if (!weights) return sum(outputs, { axis: 1 });
  const [count, k, width] = outputs.shape as [number, number, number];
  return reshape(matMul(reshape(weights, [count, 1, k]), outputs), [count, width]);
}

/** The operations of the choices beyond the first, which the experts count themselves, and of their sum. */
function extraFlops({ router, experts }: MixtureOptions, keyLen: number): number {
  const ofOne = describe(experts, { keyLen }).flopsPerToken;
  return (router.topK - 1) * ofOne + 2 * router.topK * (experts.about.outDim ?? 0);
}

function expectPartsFit({ router, experts, shared }: MixtureOptions): number | undefined {
  const width = expectSameWidth('mixtureOfExperts', {
    router: { about: { ...router.about, outDim: undefined } },
    experts,
    shared,
  });
  expectInteger('mixtureOfExperts', 'router.topK', router.topK, { min: 1 });
  if (router.experts !== experts.experts)
    throw new ResidualError(
      'fit',
      `mixtureOfExperts: router chooses among ${router.experts} experts, experts has ${experts.experts}; ` +
        'they must be equal',
    );
  return width;
}
