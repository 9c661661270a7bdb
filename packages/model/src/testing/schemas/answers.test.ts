import '@residual/testkit/wasm';
import { expect, test } from 'vitest';
import { answer, randomModel } from './answers.js';
import { Tally } from './tally.js';

const point = { type: 'object', properties: { x: { type: 'integer' } }, required: ['x'], additionalProperties: false };

test.each(['byte level', 'byte fallback'] as const)('a %s model of random weights answers schemas', async kind => {
  const model = await randomModel(kind);
  const tally = new Tally();
  for (const schema of [point, { type: 'array', items: point, maxItems: 2 }, { enum: ['é', '🙂"', 3] }, { a: 1 }])
    tally.add(kind, schema, await answer(model, schema, 3));
  model.dispose();
  expect(tally.hasWrong).toBe(false);
  expect(tally.toString().split('\n').slice(2)).toEqual([
    `| ${kind} | 4 | 1 | 0 | 0 | 3 | 3 |`,
    '',
    '| refused because | schemas |',
    '|---|---|',
    '| is a keyword that is not understood | 1 |',
  ]);
});

test('an answer that ajv does not call valid is shown with its schema', () => {
  const tally = new Tally();
  tally.add('byte level', { type: 'null' }, { kind: 'wrong', text: '3' });
  expect(tally.hasWrong).toBe(true);
  expect(tally.toString()).toContain('\n3 is no answer to {"type":"null"}');
});
