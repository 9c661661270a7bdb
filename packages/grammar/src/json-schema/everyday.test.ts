import { expect, test } from 'vitest';
import { everydaySchemas } from '../testing/everyday-schemas.js';
import { judge } from '../testing/judge.js';

test('schemas as people write them are understood, and their answers are valid', () => {
  const refused: string[] = [];
  let ended = 0;
  for (const [name, schema] of Object.entries(everydaySchemas)) {
    const verdict = judge(schema, 5);
    if ('refused' in verdict) refused.push(`${name}: ${verdict.refused}`);
    else ended += verdict.ended;
  }
  expect(refused).toEqual([]);
  expect(ended).toBeGreaterThan(25);
});
