import { expect, test } from 'vitest';
import { comparisonText, divergenceIndex } from './compare-view.js';
import { preset } from './settings.js';

test('two texts diverge at their first different token, or where the shorter one ends', () => {
  const tokens = (...ids: number[]) => ids.map(id => ({ id }));
  expect(divergenceIndex(tokens(1, 2, 3), tokens(1, 5, 3))).toBe(1);
  expect(divergenceIndex(tokens(1, 2, 3), tokens(1, 2))).toBe(2);
});

test('a sentence says if the texts were written for another beginning or with other settings', () => {
  const result = 'They differ from token 17 on.';
  expect(comparisonText(result, preset, preset)).toBe(result);
  expect(comparisonText(result, preset, { ...preset, text: 'other', mode: 'greedy', noun: 'x' })).toBe(result);
  expect(comparisonText(result, { ...preset, prompt: 'The fox' }, preset)).toBe(
    'Both texts continue another beginning, “The fox”. They differ from token 17 on. ' +
      'Press “Write both” to continue the new one.',
  );
  expect(comparisonText(result, { ...preset, prompt: 'fox '.repeat(50) }, preset)).toMatch(/“(fox ){14}fox…”/);
  expect(comparisonText(result, preset, { ...preset, seed: 8 })).toBe(
    'Both texts were written with other settings than those above. They differ from token 17 on. ' +
      'Press “Write both” to use the new ones.',
  );
});
