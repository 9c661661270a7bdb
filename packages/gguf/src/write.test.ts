import { ResidualError } from '@residual/base';
import { bytesSource } from '@residual/safetensors';
import { expect, test } from 'vitest';
import { type GgufContents, type GgufTensor, type MetadataValue, openGguf, streamGguf, writeGguf } from './index.js';

const withTensor = (tensor: GgufTensor): GgufContents => ({ metadata: new Map(), tensors: new Map([['w', tensor]]) });
const withMetadata = (value: MetadataValue, key = 'key'): GgufContents => ({
  metadata: new Map([[key, value]]),
  tensors: new Map(),
});

test('data is made when it is written, and padded to the alignment of the file', async () => {
  const made: string[] = [];
  const tensor = (name: string, length: number): [string, GgufTensor] => [
    name,
    { type: 'I8', shape: [length], data: () => new Uint8Array(length).fill(made.push(name)) },
  ];
  const contents: GgufContents = {
    metadata: new Map([['general.alignment', { type: 'uint32', value: 64 }]]),
    tensors: new Map([tensor('a', 3), tensor('b', 64), tensor('c', 1)]),
  };
  const pieces = streamGguf(contents);
  const { value: header } = await pieces.next();
  expect(header!.length % 64).toBe(0);
  expect(made).toEqual([]);
  const lengths: number[] = [];
  for await (const { length } of pieces) lengths.push(length);
  expect(lengths).toEqual([3, 61, 64, 1, 63]);
  const file = await openGguf(bytesSource(await writeGguf(contents)));
  expect([...(await file.read('b'))]).toEqual(Array(64).fill(5));
});

const refused: [string, GgufContents, string][] = [
  [
    'data of another length',
    withTensor({ type: 'F32', shape: [2, 3], data: new Uint8Array(23) }),
    'tensor "w" of F32 [2,3] has 23 bytes; 24 would fit',
  ],
  [
    'a row that is no multiple of a block',
    withTensor({ type: 'Q8_0', shape: [2, 33], data: new Uint8Array(68) }),
    'tensor "w" of Q8_0 has rows of 33 values; a multiple of 32 would fit',
  ],
  [
    'an unknown type',
    withTensor({ type: 'Q9' as 'Q8_0', shape: [2], data: new Uint8Array(2) }),
    'tensor "w" has the type "Q9", which is not known',
  ],
  [
    'five axes',
    withTensor({ type: 'I8', shape: [1, 1, 1, 1, 1], data: new Uint8Array(1) }),
    'tensor "w" has 5 axes; up to 4 would fit',
  ],
  [
    'half an axis',
    withTensor({ type: 'I8', shape: [0.5], data: new Uint8Array(1) }),
    'tensor "w" has shape [0.5]; whole numbers would fit',
  ],
  ['a number out of range', withMetadata({ type: 'uint8', value: 256 }), 'metadata "key" is 256, which is no uint8'],
  ['a fraction', withMetadata({ type: 'int32', value: 1.5 }), 'metadata "key" is 1.5, which is no int32'],
  ['half a character', withMetadata({ type: 'string', value: '\ud83d' }), '"\\ud83d" is no text of UTF-8'],
  [
    'a value of another type',
    withMetadata({ type: 'string[]', value: [5 as unknown as string] }),
    'metadata "key" holds 5 as string[]',
  ],
  [
    'an unknown type of metadata',
    withMetadata({ type: 'complex' as 'string', value: '' }),
    'metadata "key" has the type "complex", which is not known',
  ],
  [
    'an odd alignment',
    withMetadata({ type: 'uint32', value: 24 }, 'general.alignment'),
    'general.alignment is uint32 24; a uint32 that is a power of 2 from 8 to 65536 would fit',
  ],
];

test.each(refused)('%s is refused', async (_, contents, message) => {
  await expect(writeGguf(contents)).rejects.toThrow(new ResidualError('write', `writeGguf: ${message}`));
});
