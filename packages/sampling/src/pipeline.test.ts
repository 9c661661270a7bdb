import { expect, test } from 'vitest';
import { allowedIds, contextOf } from '../test/rows.js';
import { thrownMessage } from '../test/thrown.js';
import { applyProcessors, type PipelineOptions, pipeline, processor } from './index.js';

const run = (options: PipelineOptions, logits: number[], tokens: number[] = [], promptLength = tokens.length) => [
  ...applyProcessors(pipeline(options), logits, contextOf(tokens, promptLength)),
];
const ln = Math.log;

test('processors run in the order of the reference, whatever the order of the options', () => {
  // The value of each option is read when its processor is made, so the reads show the order.
  const read: string[] = [];
  const all = {
    renormalizeLogits: true,
    etaCutoff: 0.1,
    epsilonCutoff: 0.1,
    typicalP: 0.5,
    minP: 0.1,
    topP: 0.5,
    topK: 3,
    topH: 0.5,
    groupTemperatures: [],
    temperature: 0.7,
    processors: [],
    beginSuppressTokens: 1,
    suppressTokens: 1,
    exponentialDecayLengthPenalty: { start: 1, factor: 2 },
    forcedEosTokenId: { tokens: 1, maxLength: 9 },
    forcedBosTokenId: 1,
    allowedTokens: () => [1],
    minNewTokens: 1,
    minLength: 1,
    badWordsIds: [[1]],
    encoderNoRepeatNgramSize: 2,
    noRepeatNgramSize: 2,
    repetitionPenalty: 1.2,
    encoderRepetitionPenalty: 1.2,
    sequenceBias: [[1, 2]],
    guidance: { scale: 2, unconditional: () => [] },
  } satisfies Omit<PipelineOptions, 'eosTokenId'>;
  const watched = new Proxy({ ...all, eosTokenId: 0 } as PipelineOptions, {
    get(target, name: keyof PipelineOptions) {
      if (read.at(-1) !== name && name in all && !read.includes(name)) read.push(name);
      return target[name];
    },
  });
  expect(pipeline(watched)).toHaveLength(25); // 26 options, no processors of the user's own
  const reference = Object.keys(all).reverse();
  // forcedBosTokenId is read once more for beginSuppressTokens, temperature for the filters; the first read counts.
  expect(read.filter(name => name !== 'temperature')).toEqual(reference.filter(name => name !== 'temperature'));
});

test('the repetition penalty sees the bias, not the other way round', () => {
  expect(run({ repetitionPenalty: 2, sequenceBias: [[0, 3]] }, [1, 1], [0])).toEqual([2, 1]);
});

test('a forced end token wins over a minimum length, a suppressed token over a forced end token', () => {
  const end = { forcedEosTokenId: { tokens: 1, maxLength: 2 }, eosTokenId: 1 } as const;
  expect(allowedIds(run({ ...end, minLength: 5 }, [1, 1, 1], [0]))).toEqual([1]);
  expect(allowedIds(run({ ...end, suppressTokens: 1 }, [1, 1, 1], [0]))).toEqual([]);
});

test('processors of your own run before the temperature', () => {
  const plusOne = processor(row => {
    for (let id = 0; id < row.length; id++) row[id]! += 1;
  });
  expect(run({ temperature: 0.5, processors: [plusOne, plusOne] }, [1, 2])).toEqual([6, 8]);
});

test('topK comes before topP: the share is of the tokens that topK kept', () => {
  const row = [0.4, 0.3, 0.2, 0.1].map(ln);
  expect(allowedIds(run({ topP: 0.6 }, row))).toEqual([0, 1]);
  expect(allowedIds(run({ topP: 0.6, topK: 2 }, row))).toEqual([0, 1]);
  expect(allowedIds(run({ topP: 0.55, topK: 2 }, row))).toEqual([0]);
});

test('the temperature comes before topP', () => {
  const row = [0.4, 0.3, 0.2, 0.1].map(ln);
  expect(allowedIds(run({ topP: 0.75 }, row))).toEqual([0, 1, 2]);
  expect(allowedIds(run({ topP: 0.75, temperature: 0.1 }, row))).toEqual([0]);
});

test('renormalizeLogits comes last', () => {
  const result = run({ topK: 2, renormalizeLogits: true }, [0.4, 0.3, 0.2, 0.1].map(ln));
  expect(result.map(Math.exp)).toEqual([expect.closeTo(4 / 7, 6), expect.closeTo(3 / 7, 6), 0, 0]);
});

test('a forced second token moves beginSuppressTokens by a token', () => {
  expect(allowedIds(run({ beginSuppressTokens: 1, forcedBosTokenId: 2 }, [1, 1, 1], [0]))).toEqual([2]);
  expect(allowedIds(run({ beginSuppressTokens: 1, forcedBosTokenId: 2 }, [1, 1, 1], [0, 2], 1))).toEqual([0, 2]);
  expect(allowedIds(run({ beginSuppressTokens: 1 }, [1, 1, 1], [0]))).toEqual([0, 2]);
});

test('an end token among the bad words stays', () => {
  expect(allowedIds(run({ badWordsIds: [[1], [2]], eosTokenId: 1 }, [1, 1, 1]))).toEqual([0, 1]);
});

test('at temperature 0 filters are checked and do not run', () => {
  expect(pipeline({ temperature: 0, topP: 0.5, topK: 3 })).toHaveLength(1);
  expect(thrownMessage(() => pipeline({ temperature: 0, topP: 5 }))).toBe(
    'sampling: topP is 5; it must be above 0 and at most 1',
  );
});

test('an option that is undefined counts as absent', () => {
  expect(pipeline({ temperature: undefined, topP: undefined })).toEqual([]);
});

test('an unknown option is refused with the list of the known ones', () => {
  expect(thrownMessage(() => pipeline({ top_p: 0.9 } as PipelineOptions))).toBe(
    'sampling: top_p is not an option; options are guidance, sequenceBias, encoderRepetitionPenalty, ' +
      'repetitionPenalty, noRepeatNgramSize, encoderNoRepeatNgramSize, badWordsIds, minLength, minNewTokens, ' +
      'allowedTokens, forcedBosTokenId, forcedEosTokenId, exponentialDecayLengthPenalty, suppressTokens, ' +
      'beginSuppressTokens, processors, tokenMask, temperature, groupTemperatures, topH, topK, topP, minP, typicalP, ' +
      'epsilonCutoff, etaCutoff, renormalizeLogits, eosTokenId',
  );
});

test('renormalizeLogits false is refused: it would have no effect', () => {
  expect(thrownMessage(() => pipeline({ renormalizeLogits: false } as unknown as PipelineOptions))).toBe(
    'sampling: renormalizeLogits is false; it must be true, or not given',
  );
});
