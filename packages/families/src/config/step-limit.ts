import type { ConfigReader } from './config.js';

/**
 * The bounds of the steps of a state space, `time_step_limit`: two numbers from 0, the second of which may be infinite.
 * Undefined if nothing is bounded.
 */
export function stepLimitOf(config: ConfigReader): readonly [number, number] | undefined {
  const value = config.value('time_step_limit') ?? [0, Number.POSITIVE_INFINITY];
  const bounds = Array.isArray(value) ? value.map(numberOf) : [];
  const [least, most] = bounds;
  if (bounds.length !== 2 || least === undefined || most === undefined || !(least >= 0 && most > least))
    return config.refuse('time_step_limit', value, 'two numbers from 0, the larger one last');
  return least === 0 && most === Number.POSITIVE_INFINITY ? undefined : [least, most];
}

/** A number, or the object by which files write an infinite one. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const isInfinite =
    typeof value === 'object' && value !== null && '__float__' in value && value.__float__ === 'Infinity';
  return isInfinite ? Number.POSITIVE_INFINITY : undefined;
}
