import { layer } from '@residual/layers';
import { rmsNorm, type Tensor } from '@residual/tensor';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import { composeMamba, mamba } from './mamba.js';

/** Falcon Mamba (Zuo et al. 2024): Mamba with norms without weights on steps, B and C. */
export const falconMamba: Family<CausalComposition> = {
  ...mamba,
  name: 'falcon_mamba',
  modelTypes: ['falcon_mamba'],
  architectures: ['FalconMambaForCausalLM', 'FalconMambaModel'],
  compose: (fields, options = {}) => {
    const config = new ConfigReader('falcon_mamba', fields);
    const epsilon = config.number('mixer_rms_eps', 1e-6);
    const norm = layer({}, (_, x: Tensor) => rmsNorm(x, undefined, epsilon), { name: 'unitNorm' });
    return composeMamba(config, options, () => ({ stepNorm: norm, inputNorm: norm, outputNorm: norm }));
  },
};
