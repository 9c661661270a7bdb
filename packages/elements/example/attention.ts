/** Shows the attention of one head, a few vectors, a distribution and a census. Serve it with any bundler. */
import { defineAttention, defineCensus, defineDistribution, defineVectors } from '@residual/elements';

for (const define of [defineAttention, defineVectors, defineDistribution, defineCensus]) define();

const attention = document.querySelector('residual-attention')!;
const weights = [1, 0, 0, 0, 0.4, 0.6, 0, 0, 0.1, 0.2, 0.7, 0, 0.05, 0.45, 0.4, 0.1];
attention.show(['a', ' fluffy', ' blue', ' creature'], { shape: [4, 4], data: weights });
console.log(attention.read(3, 1).weight);

document.querySelector('residual-vectors')!.vectors = [
  { label: 'fluffy', values: [0.3, -0.8, 0.1, 0.6] },
  { label: 'blue', values: [0.2, -0.5, -0.9, 0.1] },
];

const next = document.querySelector('residual-distribution')!;
next.setAttribute('label', 'What may come next');
next.tokens = [
  { id: 1, text: ' forest', probability: 0.7, chosen: true },
  { id: 2, text: ' park', probability: 0.2 },
];

/** GPT-2: 12 blocks of 12 heads. */
const table = { embedding: 38_597_376, unembedding: 0 };
const ofAttention = { query: 7_077_888, key: 7_077_888, value: 7_077_888, output: 7_077_888 };
const census = { blocks: 12, heads: 12, ...table, ...ofAttention, up: 28_311_552, down: 28_311_552 };
document.querySelector('residual-census')!.show(census, [{ label: 'A small model', weights: 9_292_800 }]);
