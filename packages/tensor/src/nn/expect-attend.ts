import { expectShape, ResidualError, showShape } from '../errors.js';
import type { Tensor } from '../tensor.js';
import type { AttendInputs, AttendOptions } from './attend.js';

/** Throws if inputs or settings of attention do not fit, with their names and shapes. */
export function expectAttend(name: string, inputs: AttendInputs, options: AttendOptions): void {
  const { query, key, value, bias } = inputs;
  const [batch, heads, queryLen, headDim] = query.shape;
  const [, kvHeads, keyLen] = key.shape;
  expectShape(
    [query, key, value].every(x => x.shape.length === 4 && x.shape[0] === batch) &&
      key.shape[3] === headDim &&
      value.shape[1] === kvHeads &&
      value.shape[2] === keyLen &&
      heads! % kvHeads! === 0,
    () =>
      `${name}: query ${showShape(query.shape)}, key ${showShape(key.shape)} and value ${showShape(value.shape)} do not fit; they are [batch, heads | kvHeads, length, headDim] and kvHeads divides heads`,
  );
  const axes = [batch!, heads!, queryLen!, keyLen!];
  expectShape(
    !bias || (bias.shape.length === 4 && bias.shape.every((n, i) => n === axes[i] || (n === 1 && i < 3))),
    () => `${name}: bias ${showShape(bias!.shape)} does not broadcast to ${showShape(axes)}`,
  );
  expectIntegers(name, 'position', inputs.position, [1]);
  expectIntegers(name, 'keyStart', inputs.keyStart, [batch!]);
  expectIntegers(name, 'keyLength', inputs.keyLength, [batch!]);
  expectIntegers(name, 'source', inputs.source, [batch!, keyLen!]);
  const { window = 0, softCap = 0 } = options;
  if (!Number.isInteger(window) || window < 0)
    throw new ResidualError('range', `${name}: window is ${window}; it must be a whole number of keys, 0 for all`);
  if (!(softCap >= 0)) throw new ResidualError('range', `${name}: softCap is ${softCap}; it must be 0 (none) or above`);
}

/** Throws unless `x` is absent or int32 of this shape. */
export function expectIntegers(name: string, input: string, x: Tensor | undefined, shape: readonly number[]): void {
  if (!x) return;
  expectShape(
    showShape(x.shape) === showShape(shape),
    () => `${name}: ${input} ${showShape(x.shape)} must be ${showShape(shape)}`,
  );
  if (x.dtype !== 'int32') throw new ResidualError('dtype', `${name}: ${input} is ${x.dtype}; it must be int32`);
}
