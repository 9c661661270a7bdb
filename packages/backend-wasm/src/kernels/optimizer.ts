import { sizeOf } from '@residual/tensor/kernels';
import type { Kernel } from './kernel.js';

/** decay · mean + (1 - decay) · x, or x² in the place of x. */
export const movingMean: Kernel<'movingMean'> = (heap, { mean, x }, { decay, squares }) => {
  const [before, from] = [heap.pointer(mean), heap.pointer(x)];
  const y = heap.output(x.shape);
  heap.call.movingMean!(before, from, heap.pointer(y), sizeOf(x.shape), decay, 1 - decay, Number(squares));
  return y;
};

/** The weight after a step of Adam. */
export const adamStep: Kernel<'adamStep'> = (heap, { weight, first, second, ...scalars }, { epsilon }) => {
  const [from, mean, squares] = [weight, first, second].map(x => heap.pointer(x)) as [number, number, number];
  const [step, unbias, decay] = [scalars.step, scalars.unbias, scalars.decay].map(x => (x ? heap.floats(x)[0]! : 0));
  const y = heap.output(weight.shape);
  heap.call.adamStep!(from, mean, squares, heap.pointer(y), sizeOf(weight.shape), step!, unbias!, decay!, epsilon);
  return y;
};
