import { tensor, tidy } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { activation, dropout, flatten, linear, record, sequential, unflatten } from './index.js';

const parts = { dense: linear({ in: 3, out: 2 }), activation: activation('relu'), dropout: undefined };

test('each layer reads the output of the one before it, with its own weights and taps', async () => {
  const head = sequential({ ...parts, output: linear({ in: 2, out: 1, bias: false }) });
  expect([head.about.inDim, head.about.outDim]).toEqual([3, 1]);
  const leaves = new Map([
    ['dense.weight', tensor([1, 2, 3, -1, -1, -1], [2, 3])],
    ['dense.bias', tensor([0.5, 0.25], [2])],
    ['output.weight', tensor([2, 7], [1, 2])],
  ]);
  const weights = unflatten(head, leaves);
  expect([...flatten(head, weights).keys()]).toEqual([...leaves.keys()]);
  const recorder = record(['activation.output']);
  const y = tidy(() => head(weights, tensor([1, 1, 1], [1, 3]), recorder.scope));
  await expectClose(y, [13], { absolute: 1e-6 }); // relu(6.5) · 2 + relu(-2.75) · 7
  await expectClose(recorder.values.get('activation.output')!, [6.5, 0], { absolute: 1e-6 });
  recorder.dispose();
  y.dispose();
  for (const leaf of leaves.values()) leaf.dispose();
});

test('layers of other widths, and no layer at all, throw', () => {
  expect(() => sequential({ ...parts, output: linear({ in: 5, out: 1 }) })).toThrow(
    'sequential: dense gives a width of 2, output reads 5; they must be equal',
  );
  expect(() => sequential({ dropout: undefined })).toThrow('sequential: there is no layer');
  expect(() => sequential({ head: 'linear' as never })).toThrow('sequential: head is linear; it must be a layer');
  expect(sequential({ dropout: dropout({ rate: 0.5 }) }).about).toEqual({ name: 'sequential' });
});
