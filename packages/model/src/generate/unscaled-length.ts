import type { Config } from '@residual/families';

/**
 * Up to which length the keys of a position are the same in every sequence: beyond it the scalings of rotary positions
 * `dynamic` and `longrope` (with a `short_factor`) turn all keys in another way, so that they are computed again.
 */
export function unscaledLengthOf(config: Config): number {
  const settings = config.rope_parameters ?? config.rope_scaling;
  const nested = isRecord(settings) ? [settings, ...Object.values(settings).filter(isRecord)] : [];
  const scaled = nested.find(({ rope_type, type, short_factor }) => (rope_type ?? type) === 'dynamic' || short_factor);
  if (!scaled) return Number.POSITIVE_INFINITY;
  const { original_max_position_embeddings: own } = scaled;
  return Number(own ?? config.original_max_position_embeddings ?? config.max_position_embeddings ?? 0);
}

const isRecord = (value: unknown): value is Config => typeof value === 'object' && value !== null;
