import { layerNorm, type PositionEncoding } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import { expect, test } from 'vitest';
import { causal, combineMasks, crossAttention, lowRankValueAttention, selfAttention, slidingWindow } from './index.js';

const rotary = {
  needs: {},
  about: { name: 'rotary' },
  headDim: 8,
  onHeads: (_: unknown, x: Tensor) => x,
} satisfies PositionEncoding;
const alibi = {
  needs: {},
  about: { name: 'alibi' },
  heads: 3,
  onScores: () => expect.unreachable(),
} satisfies PositionEncoding;
const learned = {
  needs: {},
  about: { name: 'learnedPositions' },
  dim: 16,
  onInput: (_: unknown, x: Tensor) => x,
} satisfies PositionEncoding;

const unfit: Record<string, () => unknown> = {
  'selfAttention: modelDim 16 does not split into 3 heads (16 / 3); heads could be 1, 2, 4, 8, 16': () =>
    selfAttention({ modelDim: 16, heads: 3 }),
  'selfAttention: modelDim 2000000018 does not split into 4 heads (2000000018 / 4); heads could be 1, 2': () =>
    selfAttention({ modelDim: 2000000018, heads: 4 }),
  'crossAttention: modelDim 9 does not split into 2 heads (9 / 2); heads could be 1, 3, 9': () =>
    crossAttention({ modelDim: 9, heads: 2 }),
  'lowRankValueAttention: modelDim 9 does not split into 0 heads (9 / 0); heads could be 1, 3, 9': () =>
    lowRankValueAttention({ modelDim: 9, heads: 0 }),
  'selfAttention: 8 heads do not share 3 kvHeads evenly (8 / 3); kvHeads could be 1, 2, 4, 8': () =>
    selfAttention({ modelDim: 16, heads: 8, kvHeads: 3 }),
  'selfAttention: rotary is made for headDim 8, here headDim is 4; they must be equal': () =>
    selfAttention({ modelDim: 16, heads: 4, positionEncoding: rotary }),
  'lowRankValueAttention: alibi is made for heads 3, here heads is 4; they must be equal': () =>
    lowRankValueAttention({ modelDim: 16, heads: 4, positionEncoding: alibi }),
  'selfAttention: learnedPositions acts on the input only and would do nothing inside attention': () =>
    selfAttention({ modelDim: 16, heads: 4, positionEncoding: learned }),
  'selfAttention: queryNorm has width 8; a head has 4, all 4 have 16': () =>
    selfAttention({ modelDim: 16, heads: 4, queryNorm: layerNorm({ dim: 8 }) }),
  'selfAttention: a head is 4 wide, encodedKeyNorm 16; they must be equal': () =>
    selfAttention({ modelDim: 16, heads: 4, encodedKeyNorm: layerNorm({ dim: 16 }) }),
  'selfAttention: all heads is 16 wide, outputNorm 4; they must be equal': () =>
    selfAttention({ modelDim: 16, heads: 4, outputNorm: layerNorm({ dim: 4 }) }),
  'selfAttention: mask: the options are a function, not an object; options are causal, window, chunk': () =>
    selfAttention({ modelDim: 16, heads: 4, mask: causal as never }),
  'crossAttention: mask: casual is not an option; options are causal, chunk, window': () =>
    crossAttention({ modelDim: 16, heads: 4, mask: { casual: true } as never }),
  'selfAttention: bias: output is missing; options are query, key, value, output': () =>
    selfAttention({ modelDim: 16, heads: 4, bias: { query: true, key: false, value: true } as never }),
  'slidingWindow: size is 0; it must be a whole number above 0': () => slidingWindow(0),
};

test.each(Object.entries(unfit))('%s', (message, compose) => {
  expect(compose).toThrow(expect.objectContaining({ message }));
});

test('masks are plain data', () => {
  expect(combineMasks()).toEqual({ causal: false, window: 0 });
  expect(combineMasks(causal())).toEqual({ causal: true, window: 0 });
  expect(combineMasks(slidingWindow(5), causal(), slidingWindow(3))).toEqual({ causal: true, window: 3 });
});
