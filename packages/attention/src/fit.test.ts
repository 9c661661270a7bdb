import { layerNorm, type Positions } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import { expect, test } from 'vitest';
import { both, causal, crossAttention, lowRankValueAttention, selfAttention, slidingWindow } from './index.js';

const rotary = {
  needs: {},
  about: { name: 'rotary' },
  headDim: 8,
  onHeads: (_: unknown, x: Tensor) => x,
} satisfies Positions;
const alibi = {
  needs: {},
  about: { name: 'alibi' },
  heads: 3,
  onScores: () => expect.unreachable(),
} satisfies Positions;
const learned = {
  needs: {},
  about: { name: 'learnedPositions' },
  dim: 16,
  onInput: (_: unknown, x: Tensor) => x,
} satisfies Positions;

test.each([
  [
    () => selfAttention({ modelDim: 16, heads: 3 }),
    'selfAttention: modelDim 16 does not split into 3 heads (16 / 3); heads could be 1, 2, 4, 8, 16',
  ],
  [
    () => crossAttention({ modelDim: 9, heads: 2 }),
    'crossAttention: modelDim 9 does not split into 2 heads (9 / 2); heads could be 1, 3, 9',
  ],
  [
    () => lowRankValueAttention({ modelDim: 9, heads: 0 }),
    'lowRankValueAttention: modelDim 9 does not split into 0 heads (9 / 0); heads could be 1, 3, 9',
  ],
  [
    () => selfAttention({ modelDim: 16, heads: 8, kvHeads: 3 }),
    'selfAttention: 8 heads do not share 3 kvHeads evenly (8 / 3); kvHeads could be 1, 2, 4, 8',
  ],
  [
    () => selfAttention({ modelDim: 16, heads: 4, positions: rotary }),
    'selfAttention: rotary is made for headDim 8, here headDim is 4; they must be equal',
  ],
  [
    () => lowRankValueAttention({ modelDim: 16, heads: 4, positions: alibi }),
    'lowRankValueAttention: alibi is made for heads 3, here heads is 4; they must be equal',
  ],
  [
    () => selfAttention({ modelDim: 16, heads: 4, positions: learned }),
    'selfAttention: learnedPositions acts on the input only and would do nothing inside attention',
  ],
  [
    () => selfAttention({ modelDim: 16, heads: 4, queryNorm: layerNorm({ dim: 16 }) }),
    'selfAttention: a head is 4 wide, queryNorm 16; they must be equal',
  ],
  [() => slidingWindow(0), 'slidingWindow: size is 0; it must be a whole number above 0'],
])('what does not fit fails where it is composed', (compose, message) => {
  expect(compose).toThrow(message);
});

test('masks are plain data', () => {
  expect(both()).toEqual({ causal: false, window: 0 });
  expect(both(causal())).toEqual({ causal: true, window: 0 });
  expect(both(slidingWindow(5), causal(), slidingWindow(3))).toEqual({ causal: true, window: 3 });
});
