import { maximum, minimum, type Tensor } from '@residual/tensor';
import type { ConfigReader } from '../config/config.js';

/** The function that bounds each entry to ± `clip_qkv`; undefined if the config has none. */
export function clipOf(config: ConfigReader): ((x: Tensor) => Tensor) | undefined {
  const limit = config.optionalNumber('clip_qkv');
  if (limit === undefined) return undefined;
  if (limit < 0) return config.refuse('clip_qkv', limit, 'a number, 0 or more');
  return x => minimum(maximum(x, -limit), limit);
}
