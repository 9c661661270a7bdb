import type { WeightMapping } from '../family.js';
import { llamaAttention, moduleNames } from '../parts/names.js';

/** The names of attention in blocks whose other mixers have an output of another name. */
export function hybridAttention(): WeightMapping[] {
  const { 'self_attn.o_proj': _, ...inputs } = llamaAttention;
  return [
    ...moduleNames(inputs),
    ...moduleNames({ 'self_attn.o_proj': 'attention.output' }, { requires: 'decoder.layers.*.attention.query.weight' }),
  ];
}

/** The names of the gated delta rule, beside those of its projections. */
export function gatedDeltaMappings(): WeightMapping[] {
  const tree = 'decoder.layers.*.attention.';
  return [
    { checkpointName: 'layers.*.linear_attn.conv1d.weight', path: `${tree}convolution.weight`, unitAxis: 1 },
    { checkpointName: 'layers.*.linear_attn.dt_bias', path: `${tree}stepBias` },
    { checkpointName: 'layers.*.linear_attn.A_log', path: `${tree}logRates` },
    { checkpointName: 'layers.*.linear_attn.norm.weight', path: `${tree}norm.norm.weight` },
    { checkpointName: 'layers.*.linear_attn.out_proj.weight', path: `${tree}output.weight` },
  ];
}
