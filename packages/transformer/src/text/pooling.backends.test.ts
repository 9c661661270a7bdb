import { keyRange, padding } from '@residual/attention';
import { emptyScope } from '@residual/layers';
import { dispose, type Tensor, tensor } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { firstToken, lastToken, meanOfTokens, textIds } from '../index.js';

test('pooling takes the first token, the mean of tokens, or the last one that is no padding', async () => {
  const x = tensor(
    Float32Array.from({ length: 20 }, (_, i) => i),
    [2, 5, 2],
  );
  const tokens = tensor([3, 5, 2, 1, 1, 4, 6, 0, 2, 5], [2, 5], 'int32');
  const range = padding({ lengths: [4, 3] });
  const scope = emptyScope.with(textIds, tokens).with(keyRange, range);
  const cases: readonly (readonly [(x: Tensor) => Tensor, readonly number[]])[] = [
    [x => firstToken()({}, x, scope), [0, 1, 10, 11]],
    [x => meanOfTokens()({}, x, scope), [3, 4, 12, 13]],
    [x => lastToken()({}, x, scope), [6, 7, 14, 15]],
    [x => lastToken({ padTokenId: 1 })({}, x, scope), [4, 5, 14, 15]], // the id 1 at index 3 is padding
    [x => lastToken()({}, x), [8, 9, 18, 19]],
  ];
  for (const [pool, expected] of cases) {
    const y = pool(x);
    expect(y.shape).toEqual([2, 2]);
    await expectClose(y, expected, { absolute: 1e-5 });
    y.dispose();
  }
  dispose([x, tokens, range]);
});
