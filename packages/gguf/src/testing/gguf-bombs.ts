/** Hostile GGUF files. A process with a small heap imports this module. */

import { bytesSource } from '@residual/safetensors';
import type { BombTarget } from '@residual/testkit/bombs';
import { canDecode, encodeBlocks, openGguf, writeGguf } from '../index.js';

const ramp = Float32Array.from({ length: 64 }, (_, i) => i / 8 - 4);

const small = await writeGguf({
  metadata: new Map([
    ['general.architecture', { type: 'string', value: 'llama' }],
    ['general.alignment', { type: 'uint32', value: 16 }],
    ['llama.block_count', { type: 'uint32', value: 1 }],
    ['tokenizer.ggml.tokens', { type: 'string[]', value: ['a', ' b', ''] }],
    ['tokenizer.ggml.scores', { type: 'float32[]', value: Float32Array.of(0, -1, -2) }],
    ['some.flags', { type: 'bool[]', value: [true, false] }],
    ['some.size', { type: 'uint64', value: 5n }],
  ]),
  tensors: new Map([
    ['token_embd.weight', { type: 'Q8_0', shape: [2, 32], data: encodeBlocks('Q8_0', ramp) }],
    ['output_norm.weight', { type: 'F32', shape: [2], data: encodeBlocks('F32', Float32Array.of(1, 2)) }],
    ['empty', { type: 'Q4_0', shape: [0, 32], data: new Uint8Array(0) }],
  ]),
});
const other = await writeGguf({
  metadata: new Map(),
  tensors: new Map([['x', { type: 'BF16', shape: [], data: new Uint8Array(2) }]]),
});

/** Files with a hostile number anywhere in the header. */
export const file: BombTarget<Uint8Array> = {
  inputs: function* () {
    const { length } = small;
    for (let offset = 4; offset + 8 <= length; offset += 4)
      for (const number of [0n, 9n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 64n - 1n])
        yield {
          name: `${number} at byte ${offset}`,
          make: () => {
            const bytes = small.slice();
            new DataView(bytes.buffer).setBigUint64(offset, number, true);
            return bytes;
          },
        };
  },
  read: async bytes => {
    const opened = await openGguf(bytesSource(bytes));
    for (const [name, { type }] of opened.tensors) {
      await opened.read(name);
      if (canDecode(type)) await opened.readFloat32(name);
    }
  },
  seeds: () => [small, small, other],
};
