import type { WeightMapping } from '../family.js';

/**
 * The tensors of a `stateSpaceDual` at a path: those of `name` in a checkpoint. `input` is the path of its projection.
 */
export function stateSpaceDualMappings(name: string, path: string, input = 'input'): WeightMapping[] {
  const mapping = (checkpointName: string, part: string, more: Partial<WeightMapping> = {}): WeightMapping => ({
    checkpointName: `${name}.${checkpointName}`,
    path: `${path}.${part}`,
    ...more,
  });
  return [
    mapping('in_proj.weight', `${input}.weight`),
    mapping('in_proj.bias', `${input}.bias`),
    mapping('conv1d.weight', 'convolution.weight', { unitAxis: 1 }),
    mapping('conv1d.bias', 'convolution.bias'),
    mapping('dt_bias', 'stepBias'),
    mapping('A_log', 'logRates'),
    mapping('D', 'skip'),
    mapping('norm.weight', 'norm.norm.weight'),
    mapping('out_proj.weight', 'output.weight'),
    mapping('out_proj.bias', 'output.bias'),
  ];
}
