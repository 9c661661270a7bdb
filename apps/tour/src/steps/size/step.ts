import { row, sup } from '../../frame/formula.js';
import type { Step } from '../../frame/step.js';
import { gpt3Sizes, storySizes } from './settings.js';

/** The size of it. */
export const step: Step = {
  name: 'size',
  text: {
    title: 'The size of it',
    lead:
      'Everything so far is matrices of learned numbers, and they can be counted: this page runs on 9.3 million, ' +
      'and GPT-3 has the same parts with 175,181,291,520. Move the sizes and see where the weights sit, every ' +
      'matrix drawn to scale.',
    formula: {
      math: row('N', '≈', '12', 'L', sup('d', '2'), '+', '2', 'V', 'd'),
      words:
        'L blocks of width d: four matrices of attention make 4 d², the perceptron, four times as wide, 8 d². A ' +
        'vocabulary of V tokens is a matrix at the entrance and one at the exit; if both share it, it counts once.',
    },
    shapes: [
      { name: 'query, key, value of a head', shape: '[headDim, modelDim]' },
      { name: 'up, down', shape: '[4 · modelDim, modelDim] and back' },
      { name: 'modelDim', shape: 'heads · headDim' },
    ],
    code: { file: 'packages/layers/src/census.ts', line: 'weights: sum(matrices, sizeOf),' },
  },
  settings: ['depth', 'heads', 'headDim', 'vocab', 'tied'],
  presets: [
    { label: 'this page', settings: storySizes },
    { label: 'GPT-2', settings: { depth: 12, heads: 12, headDim: 64, vocab: 50257, tied: true } },
    { label: 'GPT-3', settings: gpt3Sizes },
  ],
  load: () => import('./view.js'),
};
