import { type Needs, visit } from '@residual/layers';
import { ResidualError } from '@residual/tensor';
import type { TensorLayer } from './block.js';
import type { CrossLayer } from './cross-block.js';

/** The option `bidirectional`. */
export interface DirectionOptions {
  /** Whether positions may see later ones, as in models that fill gaps or label tokens; false if absent. */
  readonly bidirectional?: boolean;
}

/** Throws if an attention of a decoder has no causal mask, unless `bidirectional`. */
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
          `${name}: ${path} has no causal mask, so that each token sees those it is to predict; give it mask: ` +
            'causal(), or say bidirectional: true',
        );
    },
    () => {},
    'decoder',
  );
}
