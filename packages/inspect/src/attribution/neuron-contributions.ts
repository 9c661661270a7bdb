import { gradients, linear, tensor, tidy } from '@residual/tensor';
import { topIndices } from '../neurons/top-list.js';
import type { BlockPart } from '../structure/anatomy.js';
import type { Contribution } from './attribute-logits.js';
import { dot } from './held-norm.js';
import { nameInside, type ResidualRun } from './residual-run.js';

/**
 * What the neurons of an mlp add along a direction [modelDim]: hidden · (down weightᵀ direction), the `count` largest
 * by absolute value, then all others as one, then the bias of `down`.
 */
export async function neuronContributions(
  caller: string,
  run: ResidualRun,
  part: BlockPart,
  direction: Float64Array,
  count: number,
): Promise<Contribution[]> {
  nameInside(caller, part, ['down'], 'neuron');
  const { weight, bias } = part.weights.down;
  const { hidden, along } = tidy(() => {
    const hidden = run.at(`${part.path}.hidden`);
    const upstream = tensor(Float32Array.from(direction), [1, direction.length]);
    const { value, gradients: along } = gradients(() => linear(hidden, weight), hidden, upstream);
    value.dispose();
    return { hidden, along: along! };
  });
  try {
    const [values, factors, biases] = await Promise.all([hidden.data(), along.data(), bias?.data()]);
    const each = Float64Array.from(values, (value, neuron) => value * factors[neuron]!);
    const largest = topIndices(each.map(Math.abs), count);
    const rest = each.reduce((sum, value) => sum + value, 0) - largest.reduce((sum, neuron) => sum + each[neuron]!, 0);
    return [
      ...largest.map(neuron => ({ path: `${part.path}.neurons.${neuron}`, contribution: each[neuron]! })),
      ...(largest.length < each.length ? [{ path: `${part.path}.neurons.rest`, contribution: rest }] : []),
      ...(biases ? [{ path: `${part.path}.down.bias`, contribution: dot(biases, direction) }] : []),
    ];
  } finally {
    hidden.dispose();
    along.dispose();
  }
}
