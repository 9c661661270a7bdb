import { expectShape, ResidualError, showShape } from '../errors.js';
import type { AttendInputs, AttendOptions } from './attend.js';
import { expectIntegers } from './expect-integers.js';

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
      `${name}: query ${showShape(query.shape)}, key ${showShape(key.shape)} and value ${showShape(value.shape)} ` +
      'do not fit; they are [batch, heads | kvHeads, length, headDim] and kvHeads divides heads',
  );
  const axes = [batch!, heads!, queryLen!, keyLen!];
  expectShape(
    !bias || (bias.shape.length === 4 && bias.shape.every((n, i) => n === axes[i] || (n === 1 && i < 3))),
    () => `${name}: bias ${showShape(bias!.shape)} does not broadcast to ${showShape(axes)}`,
  );
  expectIntegers(name, 'position', inputs.position, [1]);
  expectIntegers(name, 'keyStart', inputs.keyStart, [batch!]);
  expectIntegers(name, 'keyEnd', inputs.keyEnd, [batch!]);
  expectIntegers(name, 'beamIndices', inputs.beamIndices, [batch!, keyLen!]);
  const { window = 0, chunk = 0, softCap = 0 } = options;
  if (!Number.isInteger(window) || window < 0)
    throw new ResidualError('range', `${name}: window is ${window}; it must be a whole number of keys, 0 for all`);
  if (!Number.isInteger(chunk) || chunk < 0)
    throw new ResidualError('range', `${name}: chunk is ${chunk}; it must be a whole number of keys, 0 for all`);
  if (!(softCap >= 0)) throw new ResidualError('range', `${name}: softCap is ${softCap}; it must be 0 (none) or above`);
}
