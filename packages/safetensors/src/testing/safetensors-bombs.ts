/** Hostile safetensors files and indices. A process with a small heap imports this module. */
import { type BombTarget, bombsOf } from '@residual/testkit/bombs';
import { bytesSource, openSafetensors, openSharded, type Safetensors, writeSafetensors } from '../index.js';

const small = writeSafetensors(
  {
    'model.embed': { dtype: 'F16', shape: [3, 2], data: Uint16Array.of(1, 2, 3, 4, 5, 6) },
    'model.norm': { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) },
    ids: { dtype: 'I64', shape: [], data: BigInt64Array.of(7n) },
    empty: { dtype: 'BF16', shape: [0, 5], data: new Uint16Array(0) },
  },
  { format: 'pt' },
);
const other = writeSafetensors({ head: { dtype: 'U8', shape: [1], data: Uint8Array.of(1) } });

const headerBytes = Number(new DataView(small.buffer, small.byteOffset).getBigUint64(0, true));
const header = JSON.parse(new TextDecoder().decode(small.subarray(8, 8 + headerBytes)));

/** A file with this header, and its real length or the given one. */
const withHeader = (text: string, length?: bigint): Uint8Array => {
  const bytes = new TextEncoder().encode(text);
  const file = Buffer.concat([new Uint8Array(8), bytes, small.subarray(8 + headerBytes)]);
  file.writeBigUInt64LE(length ?? BigInt(bytes.length));
  return new Uint8Array(file);
};

const readAll = async (file: Safetensors) => {
  for (const [name, { dtype }] of file.tensors) {
    await file.read(name);
    if (['F32', 'F16', 'BF16'].includes(dtype)) await file.readFloat32(name);
  }
};

/** Files with hostile headers and header lengths. */
export const file: BombTarget<Uint8Array> = {
  inputs: function* () {
    for (const { name, make } of bombsOf(header)) yield { name, make: () => withHeader(make()) };
    for (const length of [0n, 1n, 2n ** 31n, 100_000_001n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n])
      yield { name: `a header of ${length} bytes`, make: () => withHeader(JSON.stringify(header), length) };
  },
  read: async bytes => readAll(await openSafetensors(bytesSource(bytes))),
  seeds: () => [small, small, other],
};

const index = {
  metadata: { total_size: 32 },
  weight_map: Object.fromEntries(
    Object.keys(header)
      .filter(name => name !== '__metadata__')
      .map(name => [name, 'model-1.safetensors'])
      .concat([['head', 'model-2.safetensors']]),
  ),
};
const shards = new Map([
  ['model-1.safetensors', small],
  ['model-2.safetensors', other],
]);

/** Hostile indices of sharded files. */
export const shardIndex: BombTarget = {
  inputs: () => bombsOf(index),
  read: async text =>
    readAll(
      await openSharded(text, name => {
        const bytes = shards.get(name);
        if (!bytes) throw new Error('there is no such file');
        return bytesSource(bytes);
      }),
    ),
  seeds: () => [JSON.stringify(index)],
};
