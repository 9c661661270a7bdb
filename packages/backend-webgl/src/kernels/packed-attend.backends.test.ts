import { type AttendOptions, attend, dispose, packCache, unpackCache } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { test } from 'vitest';
import { int32, kernelTests, normal } from '../testing/expect-kernel.js';

// Options, odd widths and fewer queries are among the tests of the op.
kernelTests('packedAttend', () => {
  test.each([
    ['f16', 17, 8],
    ['int8', 17, 40],
  ] as const)('%s, %i queries of %i: the words are read where they are', async (form, queryLen, headDim) => {
    const query = normal([2, 4, queryLen, headDim]);
    const [key, value] = [normal([2, 2, 21, headDim]), normal([2, 2, 21, 12])];
    const position = int32([2]);
    const packed = [packCache(key, form), packCache(value, form)] as const;
    const numbers = packed.map(unpackCache);
    const options: AttendOptions = { causal: true };
    const y = attend({ query, key: packed[0], value: packed[1], position }, options);
    const expected = attend({ query, key: numbers[0]!, value: numbers[1]!, position }, options);
    await expectClose(y, expected, { absolute: 1e-5 });
    dispose([query, key, value, position, packed, numbers, y, expected]);
  });
});
