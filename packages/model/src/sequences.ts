import { type KeyRange, type Tensor, tensor } from '@residual/tensor';

/** Token ids, [batch][length]. */
export type Sequences = readonly (readonly number[])[];

/** The length of the longest sequence. */
export function longestOf(sequences: Sequences): number {
  return Math.max(...sequences.map(({ length }) => length));
}

/** The ids as int32 [batch, length], padded on the right with 0. */
export function paddedIds(sequences: Sequences, length: number): Tensor {
  const ids = sequences.flatMap(tokens => Array.from({ length }, (_, i) => tokens[i] ?? 0));
  return tensor(ids, [sequences.length, length], 'int32');
}

/**
 * The length to which sequences are padded: the longest, or a power of two up to `maxLength` if the backend compiles
 * programs by shape.
 */
export function paddedLengthOf(sequences: Sequences, fixedShapes: boolean, maxLength: number): number {
  const longest = longestOf(sequences);
  const capacity = fixedShapes ? Math.max(16, 2 ** Math.ceil(Math.log2(longest))) : longest;
  return Math.max(longest, Math.min(capacity, maxLength));
}

/** The keys that are not padding on the right: `keyEnd` int32 [batch], or nothing if no sequence is padded. */
export function unpaddedKeys(lengths: readonly number[], keyLen: number): KeyRange {
  if (lengths.every(length => length === keyLen)) return {};
  return { keyEnd: tensor([...lengths], [lengths.length], 'int32') };
}
