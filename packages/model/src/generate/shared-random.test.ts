import { fineUniformAt, streamOf as samplingStreamOf, uniformAt as samplingUniformAt } from '@residual/sampling';
import { randomBits, streamOf, uniformAt } from '@residual/tensor';
import { expect, test } from 'vitest';

const numbers = (count: number, salt: number) => Array.from({ length: count }, (_, i) => randomBits(salt, 11, i));
const seeds = [0, 1, 7, 0x7fffffff, 0x80000000, 0xffffffff, ...numbers(50, 1)];
const paths = ['', 'sampler.0', 'decoder.layers.3.attention.dropout', 'é🙂', ...numbers(10, 2).map(String)];
const counters = [0, 1, 2, 1000, 0x80000000, 0xffffffff, ...numbers(10, 3)];

test('samples and weights use the same random numbers for a seed, a path and a counter', () => {
  for (const path of paths) {
    expect(samplingStreamOf(path)).toBe(streamOf(path));
    for (const seed of seeds) {
      for (const counter of counters) {
        expect(samplingUniformAt(seed, path, counter)).toBe(uniformAt(seed, path, counter));
      }
      expect(fineUniformAt(seed, path, 17)).toBe(uniformAt(seed, path, 34) + uniformAt(seed, path, 35) / 2 ** 24);
    }
  }
});
