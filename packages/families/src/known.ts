import { ResidualError } from '@residual/tensor';
import type { Config } from './config.js';
import type { Family } from './family.js';
import { gpt2 } from './gpt2.js';
import { llama } from './llama.js';

/** The families of this version. */
export const families: readonly Family[] = [gpt2, llama];

/** The family that a config names by `model_type`, else by `architectures`. Errors list the families there are. */
export function familyOf(config: Config, known: readonly Family[] = families): Family {
  const { model_type: type, architectures } = config;
  const names = Array.isArray(architectures) ? architectures : [];
  const found =
    known.find(({ modelTypes }) => typeof type === 'string' && modelTypes.includes(type)) ??
    (type === undefined ? known.find(family => family.architectures.some(name => names.includes(name))) : undefined);
  if (found) return found;
  throw new ResidualError(
    'family',
    `familyOf: model_type ${JSON.stringify(type)} (architectures ${JSON.stringify(architectures)}) is not known; known are ${known.flatMap(({ modelTypes }) => modelTypes).join(', ')}`,
  );
}
