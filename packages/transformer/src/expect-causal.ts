import { type Needs, visit } from '@residual/layers';
import { ResidualError } from '@residual/tensor';
import type { TensorLayer } from './block.js';
import type { CrossLayer } from './cross-block.js';

/** Whether a decoder may look ahead. */
export interface DirectionOptions {
  /** Whether positions may see later ones, for a model that fills gaps or labels tokens and does not write from left to right; false if absent. */
  readonly bidirectional?: boolean;
}

/** Throws where an attention of a decoder sees the tokens that it is to predict, unless that is what was asked for. */
export function expectCausal(
  name: string,
  decoder: TensorLayer | CrossLayer,
  { bidirectional = false }: DirectionOptions,
): void {
  if (bidirectional) return;
  visit(
    decoder as Needs,
    (path, about) => {
      if (about.bidirectional)
        throw new ResidualError(
          'fit',
          `${name}: ${path} has no causal mask, so that each token sees those it is to predict; give it mask: causal(), or say bidirectional: true`,
        );
    },
    () => {},
    'decoder',
  );
}
