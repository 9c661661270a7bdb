import { fraction, root, row, sub, sup } from '../../frame/formula.js';
import type { Step } from '../../frame/step.js';
import { settings as preset } from './settings.js';

const sentences = [
  ['a change of order', preset.english],
  ['one word becomes two', 'I do not like cold coffee.'],
  ['a whole scene', 'The children are playing in the old garden.'],
] as const;

/** And beyond one language. */
export const step: Step = {
  name: 'beyond',
  text: {
    title: 'The same parts, another task',
    lead:
      'Give one stack of blocks an English sentence to read and let another one write French: its queries come from ' +
      'the French words so far, the keys and values from the English ones. Nothing else has to be invented, because ' +
      'whatever can be cut into pieces and written as vectors can take this road.',
    formula: {
      math: row(
        'softmax',
        '(',
        fraction(row(sub('Q', 'French'), sup(sub('K', 'English'), 'T')), root('d')),
        ')',
        sub('V', 'English'),
      ),
      words:
        'Cross-attention: the same formula as before, with queries from the text that is being written and keys and ' +
        'values from the one that was read. No mask is needed here, because all of the source is known.',
    },
    shapes: [
      { name: 'queries', shape: '[heads, targetLen, headDim]' },
      { name: 'keys, values', shape: '[heads, sourceLen, headDim]' },
      { name: 'weights', shape: '[heads, targetLen, sourceLen]' },
    ],
    code: {
      file: 'packages/attention/src/cross-attention.ts',
      line: 'const joined = joinHeads(attendHeads(qkv, scope.get(memoryMask), options, scope));',
    },
  },
  settings: ['english', 'frenchWord'],
  presets: sentences.map(([label, english]) => ({ label, settings: { ...preset, english } })),
  load: () => import('./view.js'),
};
