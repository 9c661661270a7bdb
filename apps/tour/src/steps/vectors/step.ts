import { row, sub } from '../../frame/formula.js';
import type { Step } from '../../frame/step.js';
import { analogies } from './settings.js';

const labels = ['king and queen', 'Rome and Paris', 'walking and swimming', 'cats and dogs'];

/** Tokens become vectors. */
export const step: Step = {
  name: 'vectors',
  text: {
    title: 'Tokens become vectors',
    lead:
      'Each token has a row of 320 numbers in a table that the model has learned, and a second table adds a row for ' +
      'the place in the text. Read such a row as an arrow in a space of 320 dimensions: arrows of related words ' +
      'point in similar directions, and some steps between them carry a meaning of their own.',
    formula: {
      math: row(sub('x', 'i'), '=', 'E', '[', sub('t', 'i'), ']', '+', 'P', '[', 'i', ']'),
      words:
        'E is the token embedding, a matrix with a row for each token, and P the position embedding, with a row for ' +
        'each place. The sum x is what enters the first block: the beginning of the residual stream.',
    },
    shapes: [
      { name: 'token embedding', shape: '[vocab, modelDim] = [6000, 320]' },
      { name: 'position embedding', shape: '[maxPositions, modelDim] = [256, 320]' },
      { name: 'residual stream', shape: '[length, modelDim]' },
    ],
    code: { file: 'packages/embeddings/src/learned.ts', line: "return add(x, scope.tap('embedding', rows));" },
  },
  settings: ['vectorToken', 'analogy'],
  presets: analogies.map((analogy, i) => ({
    label: labels[i]!,
    settings: { analogy },
  })),
  load: () => import('./view.js'),
};
