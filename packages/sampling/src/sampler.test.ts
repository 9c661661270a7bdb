import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contextOf, rows, softmaxInFloat64 } from '../test/rows.js';
import { thrownMessage } from '../test/thrown.js';
import { logSumExp, processor, ResidualError, type SamplerOptions, sampler } from './index.js';

const probabilities = [0.02, 0.4, 0.08, 0.3, 0.2];
const logits = Float32Array.from(probabilities, p => Math.log(p) + 5);
const tokens = (count: number) => new Int32Array(count);

/** How often each token is drawn at positions 0 to draws - 1. */
function counts(options: SamplerOptions & { temperature: number }, draws: number, batchIndex = 0): number[] {
  const { next } = sampler(options);
  const result = probabilities.map(() => 0);
  for (let i = 0; i < draws; i++) result[next(logits, { tokens: tokens(i), promptLength: 0, batchIndex }).token]!++;
  return result;
}

/** Σ (count - expected)² / expected over the possible tokens; an impossible token must not occur. */
function chiSquare(found: number[], expected: number[]): number {
  const draws = found.reduce((a, b) => a + b);
  return found.reduce((sum, count, token) => {
    if (expected[token] === 0) expect(count).toBe(0);
    return expected[token] === 0 ? sum : sum + (count - draws * expected[token]!) ** 2 / (draws * expected[token]!);
  }, 0);
}

test('tokens are drawn with their probabilities, for any seed and row', () => {
  for (const seed of [0, 1, 2, 0xffffffff]) {
    for (const row of [0, 1]) {
      // 4 degrees of freedom: above 23.5 one time in 10,000. The seeds are fixed, so this cannot fail by chance later.
      expect(chiSquare(counts({ temperature: 1, seed }, 3000, row), probabilities), `${seed} ${row}`).toBeLessThan(
        23.5,
      );
    }
  }
});

test('temperature and filters change the distribution of the draws', () => {
  const warm = softmaxInFloat64(logits.map(logit => logit / 2));
  expect(chiSquare(counts({ temperature: 2, seed: 1 }, 3000), warm)).toBeLessThan(23.5);
  const nucleus = [0, 4 / 9, 0, 3 / 9, 2 / 9];
  expect(chiSquare(counts({ temperature: 1, topP: 0.85, seed: 1 }, 3000), nucleus)).toBeLessThan(21);
  expect(chiSquare(counts({ temperature: 1, topK: 3, seed: 2 }, 3000), nucleus)).toBeLessThan(21);
});

test('without a temperature, or with 0, the most likely token is taken, ties by lowest id', () => {
  for (const { next } of [sampler({}), sampler({ temperature: 0 })]) {
    expect(next(logits, contextOf())).toEqual({
      token: 1,
      logprob: expect.closeTo(Math.log(0.4), 6),
      probability: 1,
      topLogprobs: [],
    });
    expect(next([1, 3, 2, 3], contextOf()).token).toBe(1);
    expect(next([-3], contextOf()).token).toBe(0);
  }
});

test('logprob is of the model, probability of the draw, topLogprobs are the model’s most likely tokens', () => {
  const { next } = sampler({ temperature: 1, topP: 0.65, suppressTokens: 1, topLogprobs: 3, seed: 4 });
  const sample = next(logits, contextOf([0, 0]));
  // Without token 1: 0.3 and 0.2 of 0.6, which reach 0.65 together.
  expect(sample.topLogprobs).toEqual([
    { token: 1, logprob: expect.closeTo(Math.log(0.4), 6), probability: 0 },
    { token: 3, logprob: expect.closeTo(Math.log(0.3), 6), probability: expect.closeTo(0.6, 6) },
    { token: 4, logprob: expect.closeTo(Math.log(0.2), 6), probability: expect.closeTo(0.4, 6) },
  ]);
  const { topLogprobs, ...choice } = sample;
  expect(topLogprobs.slice(1)).toContainEqual(choice);
});

test('topLogprobs holds at most the vocab, ties by lowest id', () => {
  const { topLogprobs } = sampler({ topLogprobs: 9 }).next([1, 2, 2, -Infinity], contextOf());
  expect(topLogprobs.map(choice => choice.token)).toEqual([1, 2, 0, 3]);
  expect(topLogprobs[3]!.logprob).toBe(-Infinity);
});

test('probabilities of all tokens are softmax of the processed logits', () => {
  fc.assert(
    fc.property(rows, row => {
      const { topLogprobs } = sampler({ temperature: 1.7, topLogprobs: row.length }).next(row, contextOf());
      const expected = softmaxInFloat64(row.map(logit => logit / 1.7));
      for (const { token, probability } of topLogprobs) expect(probability).toBeCloseTo(expected[token]!, 6);
    }),
  );
});

test('the caller’s logits are not changed, and plain arrays give the same as typed ones', () => {
  const { next } = sampler({ temperature: 0.9, topK: 2, repetitionPenalty: 1.3, seed: 3, topLogprobs: 2 });
  const given = logits.slice();
  const list = [...logits];
  for (let i = 0; i < 20; i++) expect(next(given, contextOf(tokens(i)))).toEqual(next(list, contextOf(tokens(i))));
  expect(given).toEqual(logits);
  expect(list).toEqual([...logits]);
});

test('equal seeds give equal tokens in any order; other seeds, batch indices and positions give others', () => {
  const draw = (seed: number, batchIndex: number, steps: number[]) => {
    const { next } = sampler({ temperature: 1, seed });
    const drawn = new Map(
      steps.map(step => [step, next(logits, { tokens: tokens(step), promptLength: 1, batchIndex }).token]),
    );
    return [...drawn.keys()].sort((a, b) => a - b).map(step => drawn.get(step));
  };
  const steps = Array.from({ length: 40 }, (_, i) => i + 1);
  const once = draw(7, 0, steps);
  expect(draw(7, 0, steps.toReversed())).toEqual(once);
  expect(new Set(once).size).toBeGreaterThan(2);
  expect(draw(8, 0, steps)).not.toEqual(once);
  expect(draw(7, 1, steps)).not.toEqual(once);
});

test('without a seed each sampler picks and reports a new one; a greedy one has none', () => {
  const drawn = (options: SamplerOptions) => {
    const { next, seed } = sampler(options);
    return { seed, tokens: Array.from({ length: 60 }, (_, i) => next(logits, contextOf(tokens(i + 1))).token) };
  };
  const runs = Array.from({ length: 5 }, () => drawn({ temperature: 1 }));
  expect(new Set(runs.map(run => run.seed)).size).toBe(5); // two of five are equal once in 400 million times
  expect(new Set(runs.map(run => run.tokens.join())).size).toBe(5);
  for (const { seed, tokens } of runs) expect(drawn({ temperature: 1, seed: seed! }).tokens).toEqual(tokens);
  expect(sampler({ temperature: 1, seed: 7 }).seed).toBe(7);
  expect([sampler({}).seed, sampler({ temperature: 0 }).seed]).toEqual([undefined, undefined]);
});

test('a draw depends on the position, not on where the prompt ended: a text can be continued later', () => {
  const { next } = sampler({ temperature: 1, seed: 7 });
  for (let i = 1; i < 30; i++)
    expect(next(logits, contextOf(tokens(i), 1))).toEqual(next(logits, contextOf(tokens(i), i)));
});

test('sequences of a ragged batch do not influence each other', () => {
  const batch = [
    { batchIndex: 0, tokens: [1, 2], promptLength: 2, logits: Float32Array.of(1, 2, 3, 4, 5) },
    { batchIndex: 1, tokens: [3, 3, 3, 3, 4], promptLength: 5, logits: Float32Array.of(5, 1, 2, 2, 2) },
    { batchIndex: 2, tokens: [4], promptLength: 1, logits: Float32Array.of(0, 0, 1, 0, 3) },
  ];
  const options = {
    temperature: 1.5,
    topP: 0.9,
    typicalP: 0.9,
    noRepeatNgramSize: 1,
    repetitionPenalty: 1.1,
    seed: 5,
    topLogprobs: 2,
  } as const;
  const together = sampler(options);
  const forth = batch.map(row => together.next(row.logits, row));
  const back = batch
    .toReversed()
    .map(row => together.next(row.logits, row))
    .toReversed();
  const alone = batch.map(row => sampler(options).next(row.logits, row));
  expect(back).toEqual(forth);
  expect(alone).toEqual(forth);
});

test('logits of another length may follow', () => {
  const { next } = sampler({ temperature: 1, topP: 0.9, typicalP: 0.8, topLogprobs: 1, seed: 0 });
  const large = Float32Array.from({ length: 101 }, (_, id) => (id * 37) % 11);
  const small = Float32Array.of(1, 2, 3);
  const expected = [large, small].map(row =>
    sampler({ temperature: 1, topP: 0.9, typicalP: 0.8, topLogprobs: 1, seed: 0 }).next(row, contextOf()),
  );
  expect([large, small, large].map(row => next(row, contextOf()))).toEqual([...expected, expected[0]]);
});

test('a custom processor decides', () => {
  const onlyLast = processor((row, { tokens }) => row.fill(-Infinity, 0, row.length - tokens.length));
  const { next } = sampler({ temperature: 1, processors: [onlyLast] });
  expect(next(logits, contextOf([9]))).toMatchObject({
    token: 4,
    probability: 1,
    logprob: expect.closeTo(Math.log(0.2), 6),
  });
});

test('every part of a vocab of 50,000 equally likely tokens is drawn from', () => {
  const { next } = sampler({ temperature: 1, seed: 1 });
  const row = Float32Array.from({ length: 50000 }, () => 0);
  const drawn = new Set(Array.from({ length: 300 }, (_, i) => next(row, contextOf(tokens(i))).token));
  expect(drawn.size).toBeGreaterThan(290); // all are equally likely, so few occur twice
  expect(Math.min(...drawn)).toBeLessThan(1000);
  expect(Math.max(...drawn)).toBeGreaterThan(49000);
});

test('logits from which no token can be chosen are an error with a code', () => {
  const { next } = sampler({ suppressTokens: [0, 1] });
  expect(thrownMessage(() => next([1, 2], contextOf()))).toBe(
    'sampling: none of 2 tokens can be chosen; one logit must be above -Infinity',
  );
  const broken = processor(row => {
    row[1] = NaN;
  });
  expect(thrownMessage(() => sampler({ processors: [broken] }).next([1, 2], contextOf()))).toBe(
    'sampling: logits[1] is NaN; a logit is a finite number or -Infinity',
  );
  expect(thrownMessage(() => next([1, NaN], contextOf()))).toBe(
    'sampling: logits[1] is NaN; a logit is a finite number or -Infinity',
  );
  try {
    next([], contextOf());
    expect.unreachable();
  } catch (error) {
    expect(ResidualError.is(error) && error.code).toBe('logits');
  }
});

test.each<[options: object, text: string]>([
  [{ temperature: -1 }, 'temperature is -1; it must be 0 (greedy) or more'],
  [{ temperature: NaN }, 'temperature is NaN; it must be 0 (greedy) or more'],
  [{ temperature: 1, topP: 0 }, 'topP is 0; it must be above 0 and at most 1'],
  [{ temperature: 1, topP: 1.1 }, 'topP is 1.1; it must be above 0 and at most 1'],
  [{ temperature: 1, topK: 0 }, 'topK is 0; it must be a whole number, 1 or more'],
  [{ temperature: 1, seed: 1.5 }, 'seed is 1.5; it must be a whole number from 0 to 4294967295'],
  [{ temperature: 1, topLogprobs: -1 }, 'topLogprobs is -1; it must be a whole number, 0 or more'],
  [{ topP: 0.9 }, 'temperature is undefined; it must be given beside topP, which a greedy choice ignores'],
  [{ seed: 3 }, 'temperature is undefined; it must be given beside seed, which a greedy choice ignores'],
  [
    { minNewTokens: 5 },
    'eosTokenId of minNewTokens is undefined; it must be a token id (0, 1, 2, ...) or a list of them',
  ],
])('%o is refused', (options, text) => {
  expect(thrownMessage(() => sampler(options as SamplerOptions))).toBe(`sampling: ${text}`);
  try {
    sampler(options as SamplerOptions);
  } catch (error) {
    expect(ResidualError.is(error) && error.code).toBe('option');
  }
});

test('an unknown option is refused with the list of the known ones', () => {
  expect(thrownMessage(() => sampler({ topp: 0.9 } as SamplerOptions))).toMatch(
    /^sampling: topp is not an option; options are guidance, .*, renormalizeLogits, eosTokenId, topLogprobs, seed$/,
  );
});

test('a greedy choice needs only the largest logits and their log-sum-exp, and with processors the row', () => {
  const row = Float32Array.from([0.5, 3, -Infinity, 3, 1]);
  const context = { tokens: tokens(2), promptLength: 1 };
  for (const topLogprobs of [0, 1, 3]) {
    const greedy = sampler({ temperature: 0, topLogprobs });
    expect(greedy.largestLogits).toBe(Math.max(1, topLogprobs));
    const ids = [1, 3, 4, 0, 2].slice(0, greedy.largestLogits);
    const largest = { ids, values: ids.map(id => row[id]!), logSumExp: logSumExp(row) };
    expect(greedy.nextOf(largest)).toEqual(greedy.next(row, context));
    expect(greedy.readsRow).toBe(false);
    const masked = sampler({ temperature: 0, topLogprobs, suppressTokens: [1, 3] });
    expect([masked.largestLogits, masked.readsRow]).toEqual([Math.max(1, topLogprobs), true]);
    expect(masked.next(row, context, largest)).toEqual(masked.next(row, context));
    expect(masked.next(row, context, { ...largest, logSumExp: Number.NaN })).toEqual(masked.next(row, context));
  }
  for (const options of [{ temperature: 1 }, { processors: [] }] as SamplerOptions[]) {
    const { largestLogits, readsRow } = sampler(options);
    expect([largestLogits, readsRow]).toEqual([undefined, true]);
  }
});

test('a greedy choice with a mask alone needs the largest allowed logit beside the largest ones', () => {
  const row = Float32Array.from([0.5, 3, -Infinity, 3, 1]);
  const context = { tokens: tokens(2), promptLength: 1 };
  const tokenMask = () => Uint32Array.of(0b11001);
  for (const topLogprobs of [0, 1, 3]) {
    const greedy = sampler({ temperature: 0, topLogprobs, tokenMask });
    const ids = [1, 3, 4].slice(0, greedy.largestLogits);
    const largest = { ids, values: ids.map(id => row[id]!), logSumExp: logSumExp(row) };
    expect([greedy.readsRow, greedy.tokenMask]).toEqual([false, tokenMask]);
    expect(greedy.nextOf({ ...largest, allowed: { id: 3, value: 3 } })).toEqual(greedy.next(row, context));
    expect(thrownMessage(() => greedy.nextOf(largest))).toBe(
      'sampling: nextOf needs the largest logit that tokenMask allows',
    );
  }
  for (const options of [{ temperature: 1 }, { temperature: 0, repetitionPenalty: 2 }] as SamplerOptions[]) {
    const { tokenMask: needed, readsRow } = sampler({ ...options, tokenMask });
    expect([needed, readsRow]).toEqual([undefined, true]);
  }
});
