import { expectShape, showShape } from '../errors.js';
import { type Tensor, tidy } from '../tensor.js';
import { sum } from './reduce.js';
import { reshape } from './shape.js';

/** tfjs's WebGPU kernels do not broadcast more axes. */
const mostAxes = 5;

/** The shape that both broadcast to; an axis fits where the lengths are equal or one of them is 1; at most 5 axes broadcast. */
export function broadcastShape(name: string, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  expectShape(
    rank <= mostAxes || showShape(a) === showShape(b),
    () => `${name}: ${showShape(a)} and ${showShape(b)} differ and have more than ${mostAxes} axes`,
  );
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const m = a[axis - rank + a.length] ?? 1;
    const n = b[axis - rank + b.length] ?? 1;
    expectShape(m === n || m === 1 || n === 1, () => `${name}: ${showShape(a)} and ${showShape(b)} do not broadcast`);
    shape.push(m === 1 ? n : m);
  }
  return shape;
}

/** The sum over the axes along which `shape` was broadcast to that of x: x's shape to `shape`. It is x itself where nothing was broadcast. */
export function sumTo(x: Tensor, shape: readonly number[]): Tensor {
  const lead = x.shape.length - shape.length;
  const axis = x.shape.flatMap((length, i) => (i < lead || (shape[i - lead] === 1 && length > 1) ? [i] : []));
  expectShape(
    lead >= 0 && x.shape.every((length, i) => axis.includes(i) || shape[i - lead] === length),
    () => `sumTo: ${showShape(shape)} does not broadcast to ${showShape(x.shape)}`,
  );
  return axis.length === 0 ? x : tidy(() => reshape(sum(x, { axis }), shape));
}
