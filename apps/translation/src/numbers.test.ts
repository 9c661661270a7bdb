import { patternOf } from '@residual/appkit/attention-pattern';
import { expect, test } from 'vitest';
import { average, chosenHeads, nameOf } from './attention-numbers.js';
import { diffWords } from './difference.js';
import { spansOf } from './english.js';
import { columnOf, winnerOf } from './search-tree.js';
import { address, headsIn, preset, textOfHeads } from './settings.js';
import { settingsInWords } from './settings-in-words.js';

test('settings are written to the address and read back', () => {
  const settings = {
    ...preset,
    text: 'a & b = é\nc',
    mode: 'greedy' as const,
    beams: 7,
    layer: -1,
    off: '2.0 3.1',
    chapter: 'beams' as const,
  };
  expect(address.settingsFrom(`#${address.hashOf(settings)}`)).toEqual(settings);
  expect(address.hashOf(preset)).toBe('');
  expect(address.settingsFrom('#beams=many&lengthPenalty=&mode=wild&chapter=none&other=1')).toEqual(preset);
});

test('heads that are off are sorted, each once, without heads that the model does not have', () => {
  const heads = headsIn('3.1 2.0 3.1 4.0 0.4 x', 4, 4);
  expect(heads).toEqual([
    { layer: 2, head: 0 },
    { layer: 3, head: 1 },
  ]);
  expect(textOfHeads(heads)).toBe('2.0 3.1');
});

test('the settings are said in one line', () => {
  expect(settingsInWords(preset)).toBe('4 beams, length penalty 1, automatic backend');
  expect(settingsInWords({ ...preset, mode: 'greedy', off: '2.0 3.1', backend: 'wasm' })).toBe(
    'greedy, wasm, without heads 2.0, 3.1',
  );
});

test('each sentence has its span in the text, without the space before it', () => {
  const segments = [
    { before: ' ', source: 'Yes.' },
    { before: '\n\n', source: 'No!' },
  ];
  const text = ' Yes.\n\nNo!';
  expect(spansOf(segments).map(span => text.slice(...span))).toEqual(['Yes.', 'No!']);
});

/** [depth 2, heads 3, queryLen 2, keyLen 5]: 0, 1, 2, ... */
const attention = { shape: [2, 3, 2, 5], data: Float32Array.from({ length: 60 }, (_, i) => i) };

test('the weights of the chosen heads are averaged', () => {
  const pattern = patternOf(attention);
  expect(pattern[1]![2]![0]).toBe(50);
  const first = (layer: number, head: number) => average(pattern, chosenHeads(layer, head, 2, 3))[0];
  expect(first(1, 2)).toBe(50);
  expect(first(1, -1)).toBeCloseTo(40, 4);
  expect(first(-1, 0)).toBeCloseTo(15, 4);
  expect(first(-1, -1)).toBeCloseTo(25, 4);
  expect([nameOf(1, 2), nameOf(1, -1), nameOf(-1, 0), nameOf(-1, -1)]).toEqual([
    'Layer 1, head 2',
    'Layer 1, average of its heads',
    'All layers, average of their heads 0',
    'All layers, average of all heads',
  ]);
});

test('the fewest words that another text lacks are marked', () => {
  const marked = (text: string, other: string) =>
    diffWords(text, other)
      .map(({ text: word, changed }) => (changed ? `[${word.trim()}]` : word.trim()))
      .join(' ');
  expect(marked('Il a une petite sœur.', 'Il a une sœur.')).toBe('Il a une [petite] sœur.');
  expect(marked('a b c d', 'a x b d')).toBe('a b [c] d');
  expect(marked('le chat le chien', 'le chien')).toBe('le [chat] [le] chien');
  expect(marked('a b', 'a b')).toBe('a b');
  expect(marked('a\nb', '')).toBe('[a] [b]');
});

test('a step of a search becomes a column, and the winner is the best end with its text', () => {
  const hypothesis = {
    newTokens: [1],
    promptLength: 1,
    sum: -1,
    logprobs: [],
    tokens: [],
    finishReason: 'eos' as const,
  };
  const step = {
    index: 3,
    beams: [[{ token: 5, parent: 1, sum: -2, logprob: -0.5 }]],
    finished: [[{ ...hypothesis, beamIndices: [0, 2, 6], score: -0.3, text: 'oui' }]],
  };
  const column = columnOf(step, 4, id => `t${id}`);
  expect(column).toEqual({
    beams: [{ text: 't5', parent: 1, sum: -2, logprob: -0.5 }],
    ends: [{ parent: 2, score: -0.3, text: 'oui' }],
  });
  const better = {
    beams: [],
    ends: [
      { parent: 0, score: -9, text: 'non' },
      { ...column.ends[0]!, score: -0.2 },
    ],
  };
  expect(winnerOf([column, better], 'oui')).toMatchObject({ step: 1, end: 1 });
  expect(winnerOf([column], 'peut-être')).toBeUndefined();
});
