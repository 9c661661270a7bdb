import { expect, test } from 'vitest';
import { expectOptions, nearestNames, ResidualError } from './index.js';

interface Settings {
  readonly modelDim: number;
  readonly norm: string;
  readonly hiddenDim?: number;
  readonly bias?: boolean | undefined;
}

const check = (options: unknown) =>
  expectOptions<Settings>('mlp', options as Settings, { modelDim: 1, norm: 1, hiddenDim: 0, bias: 0 });

const refused: [unknown, string][] = [
  [{ modelDim: 3, norm: 'a', hidenDim: 5 }, 'hidenDim is not an option; options are hiddenDim, modelDim, norm, bias'],
  [{ modelDim: 3, nrm: 'a' }, 'nrm is not an option and norm is missing; options are norm, bias, modelDim, hiddenDim'],
  [
    { modelDim: 3, norm: 'a', x: 1, biases: 2 },
    'x, biases are not options; options are bias, norm, hiddenDim, modelDim',
  ],
  [{ modelDim: 3, norm: undefined }, 'norm is missing; options are modelDim, norm, hiddenDim, bias'],
  [undefined, 'modelDim, norm are missing; options are modelDim, norm, hiddenDim, bias'],
  [null, 'the options are null, not an object; options are modelDim, norm, hiddenDim, bias'],
  [Date, 'the options are a function, not an object; options are modelDim, norm, hiddenDim, bias'],
  ['a', 'the options are "a", not an object; options are modelDim, norm, hiddenDim, bias'],
];

test.each(refused)('options %j are refused with all names, the nearest first', (options, message) => {
  expect(() => check(options)).toThrow(new ResidualError('option', `mlp: ${message}`));
});

test('valid options pass, and so do unknown names with the value undefined', () => {
  check({ modelDim: 3, norm: 'a' });
  check({ modelDim: 3, norm: 'a', bias: false, hiddenDim: undefined });
  check({ modelDim: 3, norm: 'a', ffn: undefined });
});

test('nearestNames sorts by edit distance; a word that contains the other is near', () => {
  expect(nearestNames('top_k', ['seed', 'topP', 'topK'])).toEqual(['topK', 'topP', 'seed']);
  expect(nearestNames('dim', ['mlp', 'modelDim'])).toEqual(['modelDim', 'mlp']);
});
