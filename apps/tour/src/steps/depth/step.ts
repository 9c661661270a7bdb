import { row, sub, words } from '../../frame/formula.js';
import type { Step } from '../../frame/step.js';
import { preset } from '../../settings.js';
import { settings } from './settings.js';

const examples = [
  ['where creatures live', preset.sentence],
  ['where a princess lives', 'Once upon a time, there was a princess who lived in a big'],
  ['where a frog lives', 'Once upon a time, there was a frog who lived in a big'],
  ['what a bee looks for', 'The bee flew to a pretty'],
] as const;

/** Depth. */
export const step: Step = {
  name: 'depth',
  text: {
    title: 'Layer upon layer',
    lead:
      'A block is one round of looking and thinking; it adds a little to the vector of a token and overwrites ' +
      'nothing, so that one stream of numbers, the residual stream, runs through all six. Hold it up to the output ' +
      'after any block, which is called the logit lens, and you read what the model would say if it stopped there: ' +
      'at first an echo, then a vague idea, at last the answer.',
    formula: {
      math: row(words('softmax'), '(', sub('W', 'U'), words('norm'), '(', sub('x', 'l'), ')', ')'),
      words:
        'The stream x after block l goes straight through the final norm and the output matrix, as ' +
        'if no block followed. After the last block this is the model’s own distribution.',
    },
    shapes: [
      { name: 'residual stream', shape: '[length, modelDim] = [length, 320]' },
      { name: 'output matrix', shape: '[vocab, modelDim] = [6000, 320]' },
      { name: 'what a layer would say', shape: '[length, vocab]' },
    ],
    code: {
      file: 'packages/transformer/src/block.ts',
      line: 'x = add(needed(x), scaled(part.attentionDropout(part.attention(part.attentionNorm(x)))));',
    },
  },
  settings: ['depthToken'],
  presets: examples.map(([label, sentence]) => ({ label, settings: { sentence, ...settings } })),
  load: () => import('./view.js'),
};
