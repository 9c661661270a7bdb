import { fraction, row, sub, under } from '../../frame/formula.js';
import type { Step } from '../../frame/step.js';
import { settings } from './settings.js';

/** Learning. */
export const step: Step = {
  name: 'learning',
  text: {
    title: 'Where the numbers come from',
    lead:
      'All weights begin as random numbers; the model guesses, the loss says how surprised it was by the true next ' +
      'token, and backpropagation tells every weight which way lowers it, so each moves a little that way. Watch a ' +
      'tiny model do this with your sentence, one letter after the other: it starts with gibberish and ends knowing ' +
      'it by heart.',
    formula: {
      math: row(
        'L',
        '=',
        '−',
        fraction('1', 'n'),
        under('∑', 'i'),
        'log',
        sub('p', 'i'),
        '(',
        sub('t', row('i', '+', '1')),
        ')',
        ',',
        'w',
        '←',
        'w',
        '−',
        'η',
        fraction(row('∂', 'L'), row('∂', 'w')),
      ),
      words:
        'The loss L is the mean surprise. Backpropagation goes through the model from its end to its start and ' +
        'finds for every weight how the loss changes with it. This slope by each weight w says where less surprise ' +
        'lies, and the learning rate η how far to go; AdamW scales each step by the size of past slopes (Loshchilov ' +
        'and Hutter 2019).',
    },
    shapes: [
      { name: 'input, labels', shape: '[batch, length]' },
      { name: 'loss', shape: '[]' },
      { name: 'gradients', shape: 'as the weights' },
    ],
    code: {
      file: 'packages/train/src/loop/step.ts',
      line: 'const result = gradients(() => mul(objective.loss(weights, batch, scope), share), leaves);',
    },
  },
  settings: ['learningRate', 'learningSeed'],
  presets: [
    { label: 'a good step', settings },
    { label: 'too small', settings: { ...settings, learningRate: 0.0005 } },
    { label: 'too large', settings: { ...settings, learningRate: 0.3 } },
    { label: 'other first numbers', settings: { ...settings, learningSeed: 2 } },
  ],
  load: () => import('./view.js'),
};
