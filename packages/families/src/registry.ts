import { ResidualError, showValue } from '@residual/tensor';
import type { Config } from './config/config.js';
import { gpt2 } from './decoders/gpt2.js';
import { llama } from './decoders/llama.js';
import { bart } from './encoder-decoders/bart.js';
import { m2m100 } from './encoder-decoders/m2m100.js';
import { marian } from './encoder-decoders/marian.js';
import { mbart } from './encoder-decoders/mbart.js';
import { pegasus } from './encoder-decoders/pegasus.js';
import { mt5, t5 } from './encoder-decoders/t5.js';
import type { Family } from './family.js';

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
