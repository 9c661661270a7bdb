import { expectShape, showShape } from '../errors.js';

/** tfjs's WebGPU kernels do not broadcast more axes. */
const maxAxes = 5;

/** The shape that both broadcast to; an axis fits where the lengths are equal or one of them is 1; at most 5 axes broadcast. */
export function broadcastShape(name: string, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  expectShape(
    rank <= maxAxes || showShape(a) === showShape(b),
    () => `${name}: ${showShape(a)} and ${showShape(b)} differ and have more than ${maxAxes} axes`,
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
