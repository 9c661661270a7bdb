import { expectShape, showShape } from '../errors.js';

/** The WebGPU kernels of tfjs do not broadcast more axes. */
const maxAxes = 5;

/**
 * The shape that two shapes broadcast to. Errors unless, on each axis, lengths are equal or one is 1, and if more than
 * 5 axes broadcast.
 */
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
