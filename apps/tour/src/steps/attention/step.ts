import { fraction, root, row, sup, words } from '../../frame/formula.js';
import type { Step } from '../../frame/step.js';
import { preset } from '../../settings.js';
import { headSettings } from './settings.js';
import { namePrompts } from './texts.js';

const [previousToken, receiver] = [
  { ...headSettings, attentionHead: 1, attentionToken: -1 },
  { ...headSettings, attentionLayer: 5, attentionHead: 1, attentionToken: -1 },
];

/** Attention. */
export const step: Step = {
  name: 'attention',
  text: {
    title: 'Tokens look at each other',
    lead:
      'Each token asks with a vector, its query, and every token so far answers with another one, its key: the ' +
      'better the two agree, the more of that token’s value flows to the one that asked. So the word “creature” ' +
      'finds its adjectives, and from here on its vector no longer means any creature but a fluffy blue one.',
    formula: {
      math: row(words('softmax'), '(', fraction(row('Q', sup('K', 'T')), root('d')), '+', 'M', ')', 'V'),
      words:
        'Q, K and V hold the queries, keys and values as rows, and d is the width of a head. The mask M is 0 where a ' +
        'token may look and minus infinity where it may not, so that the softmax gives what comes later a share of 0.',
    },
    shapes: [
      { name: 'query, key, value', shape: '[heads, length, headDim] = [5, length, 64]' },
      { name: 'scores, weights', shape: '[heads, queryLen, keyLen]' },
      { name: 'output', shape: '[length, modelDim]' },
    ],
    code: {
      file: 'packages/attention/src/attend-heads.ts',
      line: "const weights = tapFilledKeys('weights', attentionWeights(scores, keyMask, sinks), filled, scope);",
    },
  },
  settings: [
    'attentionLayer',
    'attentionHead',
    'attentionToken',
    'leak',
    'attentionWithout',
    'crossOpen',
    'crossToken',
  ],
  follows: ['english'],
  presets: [
    { label: 'a noun and its adjectives', settings: { sentence: preset.sentence, ...headSettings } },
    { label: 'the word before', settings: { sentence: preset.sentence, ...previousToken } },
    {
      label: 'who has the ball now?',
      settings: { sentence: namePrompts[0], ...receiver },
    },
    { label: 'let the future leak', settings: { sentence: preset.sentence, ...headSettings, leak: true } },
  ],
  load: () => import('./view.js'),
};
