import { tensor } from '@residual/tensor';
import { expect, test } from 'vitest';
import { expectClose } from './expect-close.js';
import { expectNoLeak } from './expect-no-leak.js';
import { fixture, fixtureJson } from './fixture.js';

test('a tensor is read from the backend and compared', async () => {
  const x = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
  await expectClose(
    x,
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { absolute: 0 },
  );
  await expect(
    expectClose(
      x,
      [
        [1, 2, 3],
        [4, 5.5, 6.1],
      ],
      { absolute: 0.2 },
    ),
  ).rejects.toThrow(
    'expectClose: largest difference 0.5 at [1,1] of [2,3]: 5 instead of 5.5; allowed 0.2 + 0 · |expected|; 1 ' +
      'of 6 numbers differ by more',
  );
  await expect(
    expectClose(
      x,
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      { absolute: 1 },
    ),
  ).rejects.toThrow('shape');
  x.dispose();
});

test('a remaining tensor is a leak, a disposed one is not', async () => {
  await expectNoLeak(() => tensor([1, 2], [2]).dispose());
  const kept: { dispose(): void }[] = [];
  await expect(expectNoLeak(() => kept.push(tensor([1, 2], [2])))).rejects.toThrow('after the second run');
  for (const x of kept) x.dispose();
});

test('fixtures are read in Node and in browsers', async () => {
  const config = await fixtureJson<{ model_type: string }>('checkpoints/gpt2/config.json');
  expect(config.model_type).toBe('gpt2');
  const bytes = await fixture('checkpoints/gpt2/model.safetensors');
  expect(bytes[8]).toBe('{'.charCodeAt(0));
  await expect(fixture('checkpoints/none.json')).rejects.toThrow();
});
