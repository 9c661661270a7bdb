import { ResidualError, showValue } from '@residual/tensor';
import { bart } from './bart.js';
import type { Config } from './config.js';
import type { Family } from './family.js';
import { gpt2 } from './gpt2.js';
import { llama } from './llama.js';
import { m2m100 } from './m2m100.js';
import { marian } from './marian.js';
import { mbart } from './mbart.js';
import { pegasus } from './pegasus.js';
import { mt5, t5 } from './t5.js';

/** All families of this package. */
export const families: readonly Family[] = [gpt2, llama, marian, bart, mbart, m2m100, pegasus, t5, mt5];

/** The family that `model_type` of a config names, or else `architectures`. Errors if `registry` has no such family. */
export function familyOf<F extends Family = Family>(
  config: Config,
  registry: readonly F[] = families as readonly Family[] as readonly F[],
): F {
  const { model_type: type, architectures } = config;
  const names = Array.isArray(architectures) ? architectures : [];
  const match =
    registry.find(({ modelTypes }) => typeof type === 'string' && modelTypes.includes(type)) ??
    (type === undefined ? registry.find(family => family.architectures.some(name => names.includes(name))) : undefined);
  if (match) return match;
  throw new ResidualError(
    'family',
    `familyOf: model_type ${showValue(type)} (architectures ${showValue(architectures)}) is not known; known ` +
      `are ${registry.flatMap(({ modelTypes }) => modelTypes).join(', ')}`,
  );
}
