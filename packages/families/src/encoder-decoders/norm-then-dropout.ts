import { type Dropout, type LayerNorm, layer, type RmsNorm } from '@residual/layers';
import type { Tensor } from '@residual/tensor';

/** A norm followed by dropout, with the weight paths of the norm; the norm itself if `dropout` is undefined. */
export function normThenDropout<Norm extends LayerNorm | RmsNorm>(norm: Norm, dropout: Dropout | undefined): Norm {
  if (!dropout) return norm;
  const normalize: LayerNorm | RmsNorm = norm;
  const both = layer(
    norm.needs,
    (w, x: Tensor, scope) => dropout({}, normalize(w as never, x, scope), scope.at('dropout')),
    norm.about,
  );
  return Object.assign(both, { epsilon: norm.epsilon }) as unknown as Norm;
}
