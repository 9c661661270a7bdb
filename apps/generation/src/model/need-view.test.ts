import { expect, test } from 'vitest';
import { missingMemory, needSentence } from './need-view.js';

test('a model says what it takes, and whether a page and the device have it', () => {
  const size = { family: 'gpt2', kind: 'causal-lm', parameters: 124439808, fileBytes: 548e6, weightBytes: 132.9e6 };
  expect(needSentence(size)).toBe(
    'This model has 124 million weights: 548.0 MB of files, and 132.9 MB of memory, 8.5 bits for each weight.',
  );
  expect(missingMemory(132.9e6, 2 ** 30)).toBeUndefined();
  expect(missingMemory(1.2e9, undefined)).toBeUndefined();
  expect(missingMemory(1.2e9, 8 * 2 ** 30)).toBeUndefined();
  expect(missingMemory(1.2e9, 2 * 2 ** 30)).toContain('about 2.0 GB of memory, which is too little');
  expect(missingMemory(4.4e9, 8 * 2 ** 30)).toContain('A page can hold 4.3 GB');
});
