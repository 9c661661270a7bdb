import { fraction, row, sub, sup, under } from '../../frame/formula.js';
import type { Step } from '../../frame/step.js';
import { settings } from './settings.js';

/** A distribution over the next token. */
export const step: Step = {
  name: 'next',
  text: {
    title: 'A guess, and again from the start',
    lead:
      'The output matrix turns the vector at the end of the text into a score for each of the 6,000 tokens, and the ' +
      'softmax turns the scores into shares that add up to 1. One token is drawn by these shares and put at the end ' +
      'of the text; then everything on this page happens again, and that is all there is to writing.',
    formula: {
      math: row(
        sub('p', 'i'),
        '=',
        fraction(sup('e', row(sub('z', 'i'), '/', 'T')), row(under('∑', 'j'), sup('e', row(sub('z', 'j'), '/', 'T')))),
      ),
      words:
        'z are the logits, the raw scores of the tokens, and T is the temperature. This is the softmax: the ' +
        'exponential makes every share positive, and the division makes them add up to 1.',
    },
    shapes: [
      { name: 'output matrix', shape: '[vocab, modelDim] = [6000, 320]' },
      { name: 'logits', shape: '[vocab] = [6000]' },
      { name: 'probabilities', shape: '[vocab], sum 1' },
    ],
    code: {
      file: 'packages/sampling/src/sample-index.ts',
      line: 'for (let sum = unnormalized[0]!; !(sum > target) && id < vocab - 1; sum += unnormalized[id]!) id++;',
    },
  },
  settings: ['temperature', 'seed'],
  presets: [
    { label: 'nearly certain', settings: { sentence: 'Once upon a', ...settings } },
    { label: 'wide open', settings: { sentence: 'The little girl wanted to', ...settings } },
    { label: 'cold', settings: { ...settings, temperature: 0.3 } },
    { label: 'hot', settings: { ...settings, temperature: 1.8 } },
  ],
  load: () => import('./view.js'),
};
