import { causal, selfAttention } from '@residual/attention';
import { flatten, init, layerNorm, record } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { dispose, memoryUsage, tensor, tidy } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { stack, transformerBlock } from './index.js';

const dim = 6;
const block = transformerBlock({
  norm: layerNorm({ dim }),
  attention: selfAttention({ modelDim: dim, heads: 3, mask: causal() }),
  mlp: mlp({ modelDim: dim, hiddenDim: 5 }),
});

test('blocks run in the order of their uses, with taps by use and weights by block', async () => {
  const shared = stack({ block: [block, block], uses: [0, 0, 1] });
  const before = memoryUsage();
  const weights = init(shared, { seed: 3 });
  expect(flatten(shared, weights).size).toBe(2 * flatten(block, weights.layers[0]).size);
  const x = tensor(
    Float32Array.from({ length: 4 * dim }, (_, i) => Math.cos(i)),
    [1, 4, dim],
  );
  const recorder = record(['layers.*.output']);
  const y = shared(weights, x, recorder.scope);
  expect([...recorder.values.keys()]).toEqual(['layers.0.output', 'layers.1.output', 'layers.2.output']);
  const [first, second] = weights.layers;
  const expected = tidy(() => block(second, block(first, block(first, x))));
  await expectClose(y, [...(await expected.data())], { absolute: 1e-6 });
  recorder.dispose();
  dispose([weights, x, y, expected]);
  expect(memoryUsage()).toEqual(before);
});

test('uses of a block that there is not, or that leave one out, throw', () => {
  const blocks = [block, block];
  expect(() => stack({ block: blocks, uses: [0, 2, 1] })).toThrow(
    'stack: uses[1], the index of a block, is 2; it must be a whole number from 0 to 1',
  );
  expect(() => stack({ block: blocks, uses: [0, 0] })).toThrow(
    'stack: uses has no step for block 1; every block must run',
  );
});
