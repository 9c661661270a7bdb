import { row, sub } from '../../frame/formula.js';
import type { Step } from '../../frame/step.js';
import { preset } from '../../settings.js';
import { partSettings } from './features/settings.js';
import { settings } from './settings.js';

const places = 'Once upon a time, a fluffy blue creature lived in the forest';
const examples = [
  ['a neuron for places', { sentence: places, perceptronLayer: 2, neuron: 35 }],
  ['a neuron for sad words', { sentence: 'Tim lost his ball and was very sad', perceptronLayer: 3, neuron: 1241 }],
  ['a neuron for looking', { sentence: 'The cat saw a bird and looked', perceptronLayer: 2, neuron: 522 }],
  ['the strongest neuron', { sentence: preset.sentence, perceptronLayer: 5, neuron: -1 }],
] as const;

/** The perceptron. */
export const step: Step = {
  name: 'perceptron',
  text: {
    title: 'Each token thinks for itself',
    lead:
      'After looking around, every token goes alone through a small network, the perceptron: 1,280 neurons ask one ' +
      'question each, a bend silences those whose answer is no, and the others add something to its vector. Much of ' +
      'what a model knows is stored here, such as who lives in a castle and who in a pond.',
    formula: {
      math: row(
        'y',
        '=',
        sub('W', 'down'),
        'f',
        '(',
        sub('W', 'up'),
        'x',
        '+',
        sub('b', 'up'),
        ')',
        '+',
        sub('b', 'down'),
      ),
      words:
        'f is the bend, here GELU: it lets positive numbers pass and brings negative ones close to 0. Without it two ' +
        'matrices in a row would be no more than one.',
    },
    shapes: [
      { name: 'input, output', shape: '[length, modelDim] = [length, 320]' },
      { name: 'neurons', shape: '[length, hiddenDim] = [length, 1280]' },
      { name: 'up, down', shape: '[1280, 320], [320, 1280]' },
    ],
    code: {
      file: 'packages/mlp/src/plain.ts',
      line: "return part.down(part.dropout(scope.tap('hidden', part.hiddenNorm?.(hidden) ?? hidden)));",
    },
  },
  settings: ['perceptronLayer', 'perceptronToken', 'neuron', 'factStart', 'silent', 'factName'],
  partSettings,
  presets: examples.map(([label, own]) => ({ label, settings: { ...settings, ...own } })),
  load: () => import('./view.js'),
};
