import { expect, test } from 'vitest';
import { initialTokens, previousTokens } from './initial-tokens.js';
import { speechTokens } from './speech-tokens.js';

const sizes = { vocab: 100, depth: 2, heads: 3 };
const english = {
  no_timestamps_token_id: 62,
  prev_sot_token_id: 60,
  is_multilingual: false,
  forced_decoder_ids: [[1, 62]],
};
const several = {
  no_timestamps_token_id: 62,
  lang_to_id: { '<|en|>': 51, '<|de|>': 52 },
  task_to_id: { translate: 57, transcribe: 58 },
  is_multilingual: true,
};
const tokensOf = (config: object) => speechTokens(50, config as never, {}, sizes);
const initial = (config: object, options: object = {}) =>
  initialTokens(tokensOf(config), { timestamps: false, ...options });

test('a model of one language begins with the start token, and one more without times', () => {
  expect(initial(english).tokens()).toEqual([50, 62]);
  expect(initial(english, { timestamps: true }).tokens()).toEqual([50]);
  expect(initial({}).tokens()).toEqual([50]);
});

test('a model of several languages names the language, the task, and that there are no times', () => {
  expect(initial(several, { language: 'de' }).tokens()).toEqual([50, 52, 58, 62]);
  expect(initial(several, { language: '<|de|>', task: 'translate', timestamps: true }).tokens()).toEqual([50, 52, 57]);
  expect(initial(several, { language: 'German' }).tokens()).toEqual([50, 52, 58, 62]);
  expect(initial(several, { language: 'de' }).detectsLanguage).toBe(false);
});

test('a language that is not named is detected, unless the config fixes it', () => {
  expect(initial(several).detectsLanguage).toBe(true);
  expect(initial(several).tokens('en')).toEqual([50, 51, 62]);
  expect(initial(several, { task: 'translate' }).tokens('en')).toEqual([50, 51, 57, 62]);
  const older = { ...several, forced_decoder_ids: [[1, null], [2, 58]] }; // biome-ignore format: a row
  expect(initial(older).tokens('en')).toEqual([50, 51, 58, 62]);
  const fixed = { ...several, forced_decoder_ids: [[1, 52], [2, 57]] }; // biome-ignore format: a row
  expect([initial(fixed).detectsLanguage, initial(fixed).tokens()]).toEqual([false, [50, 52, 57, 62]]);
});

test('what a model does not have is refused', () => {
  expect(() => initial(english, { language: 'en' })).toThrow('language is "en"; this model knows one language');
  expect(() => initial(english, { task: 'translate' })).toThrow('task is "translate"; this model knows one task');
  expect(() => initial(several, { language: 'klingon' })).toThrow('language is "klingon"; this model knows en, de');
  expect(() => initial(several, { task: 'sing' })).toThrow('task is "sing"; it must be translate or transcribe');
  expect(() => initial({}, { timestamps: true })).toThrow('this model writes no times');
});

test('text before a window: the prompt, or the text so far without the second of two times', () => {
  const tokens = tokensOf(english);
  const of = (options: object) =>
    previousTokens(tokens, { prompt: undefined, isForAllWindows: false, segments: undefined, limit: 7, ...options });
  expect(of({})).toEqual([]);
  expect(of({ prompt: [1, 2] })).toEqual([60, 1, 2]);
  expect(of({ segments: [] })).toEqual([]);
  const segments = [[63, 1, 2, 70], [70, 3, 71, 71]]; // biome-ignore format: a row
  expect(of({ segments })).toEqual([60, 63, 1, 2, 70, 70, 3, 71]);
  expect(of({ segments, limit: 3 })).toEqual([60, 70, 3, 71]);
  expect(of({ segments, prompt: [8, 9], limit: 8 })).toEqual([60, 9, 63, 1, 2, 70, 70, 3, 71]);
  expect(of({ segments, prompt: [8, 9], isForAllWindows: true })).toEqual([60, 8, 9, 63, 1, 2, 70, 70, 3, 71]);
});

test('fields of another form are refused', () => {
  const refused: [object, string][] = [
    [{ no_timestamps_token_id: 100 }, 'no_timestamps_token_id of the config is 100; it must be the id of a token'],
    [{ lang_to_id: [1] }, 'lang_to_id of the config is [1]; it must be ids by name'],
    [
      { forced_decoder_ids: [...english.forced_decoder_ids, [3, 1]] },
      'must be a list of the positions 1, 2, and so on',
    ],
    [{ forced_decoder_ids: [[1]] }, 'must be a list of pairs of a position and the id of a token'],
    [{ alignment_heads: [[2, 0]] }, 'must be a list of pairs of a block below 2 and a head below 3'],
  ];
  for (const [config, message] of refused) expect(() => tokensOf(config)).toThrow(message);
});
