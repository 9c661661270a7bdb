import type { Config } from './config/config.js';
import type { Family } from './family.js';
import { matchingFamily, refuseFamily } from './find-family.js';
import { familyForTask } from './text/decoder-heads.js';

/** The family of these that `model_type` of a config names, or else `architectures`. Errors if there is none. */
export function familyOf<F extends Family = Family>(config: Config, families: readonly F[]): F {
  return familyForTask(matchingFamily(config, families) ?? refuseFamily(config, families), config);
}
