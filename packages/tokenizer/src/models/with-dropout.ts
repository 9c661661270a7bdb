import { failInput } from '../errors.js';
import type { Model } from './model.js';

/**
 * The model for text `index` of a call. With dropout it is a new one for each text, deterministic for the seed and the
 * index. `dropout` is by default that of the model. Throws `input` if it is not from 0 to 1 or the model has no merges,
 * and `seed` if the seed is no whole number from 0 to 2³² - 1.
 */
export function modelWithDropout(
  model: Model,
  { dropout = model.dropout ?? 0, seed = 0 }: { readonly dropout?: number; readonly seed?: number },
  index: number,
): Model {
  if (!(dropout >= 0 && dropout <= 1)) failInput(`encode: dropout must be from 0 to 1, it is ${dropout}`);
  if (dropout === 0) return model;
  return (
    model.withDropout?.(dropout, seed, index) ??
    failInput(`encode: dropout ${dropout} needs a byte-pair encoding; this model has no merges to leave out`)
  );
}
