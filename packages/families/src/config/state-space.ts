import { gateThenNorm, groupedRmsNorm, type StateSpaceDualOptions } from '@residual/sequence';
import type { ConfigReader } from './config.js';
import { stepLimitOf } from './step-limit.js';

/**
 * The settings of a Mamba 2 mixer inside a hybrid model, from the fields `mamba_*`, for `stateSpaceDual`. The norm is
 * the grouped one of Mamba 2, after the gate.
 */
export function stateSpaceFromConfig(
  config: ConfigReader,
  { modelDim, epsilon }: { readonly modelDim: number; readonly epsilon: number },
): StateSpaceDualOptions {
  const heads = config.size('mamba_n_heads', 128);
  const innerDim = config.size('mamba_d_ssm', config.size('mamba_expand', 2) * modelDim);
  const given = config.value('mamba_d_head') ?? 'auto';
  const headDim = given === 'auto' ? innerDim / heads : config.size('mamba_d_head');
  if (heads * headDim !== innerDim)
    config.refuse('mamba_d_head', given, `a width of which ${heads} heads have ${innerDim}, the width inside`);
  const groups = config.size('mamba_n_groups', 1);
  return {
    ...{ modelDim, heads, headDim, groups },
    stateDim: config.size('mamba_d_state', 256),
    kernelSize: config.size('mamba_d_conv', 4),
    activation: config.activation('hidden_act', 'silu'),
    bias: config.flag('mamba_proj_bias', false),
    convolutionBias: config.flag('mamba_conv_bias', true),
    stepLimit: stepLimitOf(config),
    norm: gateThenNorm({ norm: groupedRmsNorm({ dim: innerDim, groups, epsilon }) }),
  };
}
