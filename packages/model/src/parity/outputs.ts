import { toCheckpoint } from '@residual/families';
import { flatten, type HasNeeds } from '@residual/layers';
import { dense, dispose, gradients, type Matrix, type Tensor } from '@residual/tensor';
import type { Model } from '../model.js';
import type { Numbers } from './compare.js';

/** Our outputs under the reference's names. */
export type Outputs = Map<string, Numbers>;

/** Which outputs are wanted: those that the reference has, or all if it has none. */
export type OutputFilter = (name: string) => boolean;

/** The numbers of a tensor. */
export async function numbersOf(x: Tensor): Promise<Numbers> {
  return { shape: x.shape, data: (await x.data()) as Float32Array };
}

/**
 * `loss`, its gradient for each tensor of the file, and `grad_norm` over all of them. A weight that does not affect the
 * loss has zeros.
 */
export async function gradientOutputs(model: Model, loss: () => Tensor): Promise<Outputs> {
  const layer: HasNeeds<unknown> = model.layer;
  const { value, gradients: tree } = gradients(loss, model.weights);
  try {
    const [leaves, weights] = [flatten(layer, tree as never), flatten(layer, model.weights as never)];
    const gradientArrays = await toCheckpoint(model.family, layer, async path => {
      const gradient = leaves.get(path) as Matrix | undefined;
      if (gradient) return (await dense(gradient).data()) as Float32Array;
      return new Float32Array(dense(weights.get(path)!).size);
    });
    let sum = 0;
    const outputs: Outputs = new Map([['loss', await numbersOf(value)]]);
    for (const [name, { shape, values }] of gradientArrays) {
      if (!isTrainable(name)) continue;
      outputs.set(`grad.${name}`, { shape, data: values });
      for (const entry of values) sum += entry * entry;
    }
    return outputs.set('grad_norm', { shape: [], data: [Math.sqrt(sum)] });
  } finally {
    dispose([value, tree]);
  }
}

/** Whether a tensor is trainable in the reference; a constant has no gradient there. */
export function isTrainable(name: string): boolean {
  return name !== 'final_logits_bias';
}
