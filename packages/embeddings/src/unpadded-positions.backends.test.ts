import { tensor, tidy } from '@residual/tensor';
import { expect, test } from 'vitest';
import { unpaddedPositions } from './unpadded-positions.js';

test('positions count the tokens that are no padding, and padding has -1', async () => {
  const ids = tensor([5, 1, 7, 1, 9, 0, 1, 1, 4, 4], [2, 5], 'int32');
  const positions = tidy(() => unpaddedPositions(1)(ids));
  expect([positions.dtype, positions.shape]).toEqual(['int32', [2, 5]]);
  expect([...(await positions.data())]).toEqual([0, -1, 1, -1, 2, 0, -1, -1, 1, 2]);
  positions.dispose();
  ids.dispose();
});
