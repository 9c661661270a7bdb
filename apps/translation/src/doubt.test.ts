import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import '@residual/backend-wasm';
import { loadModel } from '@residual/model';
import { root } from '@residual/testkit/pages';
import { expect, test } from 'vitest';
import { doubtOf, isUnsure, minConfidence } from './doubt.js';

const unreadable = [
  '\u{1f600}',
  '\u{1f431}\u{1f436} \u{1f389}',
  '我昨天买了一本书。',
  'Привет, как дела?',
  'I love 北京 very much.',
  '{"a": [1,2]}',
];
const invented = [
  'asdf qwer zxcv',
  'xkcd blorf glimp zzyx',
  'qqqqqqqqq',
  'Ich habe gestern ein Buch gekauft.',
  'lorem ipsum dolor sit amet',
  '1234567890',
];
const known = [
  'Hello!',
  'London',
  'The café was closed.',
  'What is your phone number?',
  'He plays the saxophone in a jazz band.',
];

test('translations of unreadable and unknown texts are unsure for a reason; those of known texts are not', async () => {
  const model = await loadModel(join(root, 'packages', 'model-en-fr', 'model'));
  const doubts = async (texts: readonly string[]) => {
    const translations = await model.translate(texts, { numBeams: 4 }).result();
    return translations.map(({ segments }) => doubtOf(segments[0]!));
  };
  expect(await doubts(known)).toEqual(known.map(() => ''));
  for (const doubt of await doubts(unreadable)) expect(doubt).toContain('cannot read “');
  expect((await doubts(unreadable))[4]).toBe(
    'Unsure: this model cannot read “北京”, which its vocabulary lacks, so it guesses. ' +
      'Its translation may be invented.',
  );
  for (const doubt of await doubts(invented)) expect(doubt).toMatch(/^Unsure: .* a chance of [2-5]\d % on average/);
  model.dispose();
});

test('4 of the 59 golden sentences are unsure', async () => {
  const file = await readFile(join(root, 'fixtures', 'models', 'en-fr', 'golden.json'), 'utf8');
  const { examples } = JSON.parse(file) as { examples: { beam4: { score: number } }[] };
  const unsure = examples.filter(({ beam4: { score } }) =>
    isUnsure({ logprob: score, scoredTokens: 1, unknownSpans: [] } as unknown as Parameters<typeof isUnsure>[0]),
  );
  expect(minConfidence).toBe(0.55);
  expect([examples.length, unsure.length]).toEqual([59, 4]);
});
