import { type Dropout, type LayerNorm, layer, type RmsNorm } from '@residual/layers';
import type { Tensor } from '@residual/tensor';

/** A norm with dropout after it, under the norm's own names; the norm alone where nothing is dropped. */
export function normThenDropout<Norm extends LayerNorm | RmsNorm>(norm: Norm, dropout: Dropout | undefined): Norm {
  if (!dropout) return norm;
  const normalize: LayerNorm | RmsNorm = norm;
  return layer(
    norm.needs,
    (w, x: Tensor, scope) => dropout({}, normalize(w as never, x, scope), scope.at('dropout')),
    norm.about,
  ) as unknown as Norm;
}
