import { type Layer, layer, type VectorNeed, vector } from '@residual/layers';
import { add, expectInteger, expectOptions, reshape, type Tensor, zeros } from '@residual/tensor';

/** The layer of `learnedTokens`. */
export interface LearnedTokens extends Layer<{ readonly weight: VectorNeed }, { readonly batch: number }, Tensor> {
  readonly count: number;
  readonly dim: number;
}

/** Settings of `learnedTokens`. */
export interface LearnedTokensOptions {
  /** Width of a token. */
  readonly dim: number;
  /** The number of tokens, whose weight is [count, dim]; if absent one, whose weight is [dim]. */
  readonly count?: number;
}

/**
 * Tokens that are weights and not embedded from anything, such as the class token of a vision transformer (Dosovitskiy
 * et al. 2021) and registers (Darcet et al. 2024): the same for each sequence of a batch, [batch, count, dim].
 */
export function learnedTokens(options: LearnedTokensOptions): LearnedTokens {
  expectOptions('learnedTokens', options, { dim: 1, count: 0 });
  const { dim, count } = options;
  expectInteger('learnedTokens', 'dim', dim, { min: 1, code: 'fit' });
  if (count !== undefined) expectInteger('learnedTokens', 'count', count, { min: 1, code: 'fit' });
  const tokens = layer(
    { weight: vector(count === undefined ? [dim] : [count, dim]) },
    (w, { batch }: { readonly batch: number }) =>
      add(zeros([batch, count ?? 1, dim]), reshape(w.weight, [1, count ?? 1, dim])),
    { name: 'learnedTokens', outDim: dim },
  );
  return Object.assign(tokens, { count: count ?? 1, dim });
}
