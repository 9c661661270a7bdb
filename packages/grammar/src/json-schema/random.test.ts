import { randomSchema } from '@residual/testkit/schemas';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judge } from '../testing/judge.js';

test('the answers of random tokens to random schemas are valid', () => {
  let [ended, understood] = [0, 0];
  const numRuns = Number(process.env.RESIDUAL_SCHEMAS ?? 60);
  const seed = Number(process.env.RESIDUAL_SEED ?? 5); // the same schemas each time; other seeds are tried by hand
  const refusals = new Map<string, number>();
  fc.assert(
    fc.property(randomSchema, fc.integer({ min: 0, max: 1e6 }), (schema, number) => {
      const verdict = judge(schema, number);
      if ('refused' in verdict) {
        const reason = verdict.refused.replace(/#\S*/g, '#').slice(0, 90);
        refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
        return;
      }
      understood++;
      ended += verdict.ended;
    }),
    { numRuns, endOnFailure: true, seed },
  );
  if (process.env.RESIDUAL_SCHEMAS) console.log({ numRuns, understood, ended }, refusals);
  expect(understood).toBeGreaterThan(0.5 * numRuns);
  expect(ended).toBeGreaterThan(0.8 * understood);
});
