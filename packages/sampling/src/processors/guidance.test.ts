import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contextOf, rows, softmaxInFloat64 } from '../../test/rows.js';
import { thrownMessage } from '../../test/thrown.js';
import { applyProcessors, pipeline } from '../index.js';
import { guidance } from './guidance.js';

test('probabilities are u · (c / u)^scale, normalized', () => {
  fc.assert(
    fc.property(
      rows,
      fc.infiniteStream(fc.integer({ min: -900, max: 900 })),
      fc.constantFrom(0, 1, 1.7, 3),
      (row, others, scale) => {
        fc.pre(row.some(logit => logit > -Infinity));
        const other = Float32Array.from(row, () => others.next().value! / 100);
        const guided = guidance({ scale, unconditional: () => other })(row, contextOf());
        const [c, u] = [softmaxInFloat64(row), softmaxInFloat64(other)];
        const expected = c.map((p, id) =>
          p === 0 ? 0 : Math.exp(scale * Math.log(p) + (1 - scale) * Math.log(u[id]!)),
        );
        const sum = expected.reduce((a, b) => a + b);
        fc.pre(Math.abs(Math.log(sum)) < 60);
        for (const [id, p] of softmaxInFloat64(guided).entries())
          expect(Math.abs(p - expected[id]! / sum)).toBeLessThan(1e-4);
      },
    ),
  );
});

test('the sequence is asked for, guidance comes first, and what is impossible stays so', () => {
  const unconditional = ({ tokens }: { tokens: ArrayLike<number> }) => [0, 0, tokens[0]!];
  const steps = pipeline({ guidance: { scale: 2, unconditional }, suppressTokens: 1, temperature: 1 });
  const row = applyProcessors(steps, [0, 0, -Infinity], contextOf([0]));
  expect(softmaxInFloat64(row)).toEqual([1, 0, 0]);
});

test('what does not fit is refused', () => {
  expect(thrownMessage(() => guidance({ scale: -1, unconditional: () => [] }))).toBe(
    'sampling: guidance.scale is -1; it must be a number, 0 or more',
  );
  expect(thrownMessage(() => guidance({ scale: 2 } as never))).toBe(
    'sampling: guidance.unconditional is undefined; it must be a function',
  );
  const wrong = guidance({ scale: 2, unconditional: () => [1, 2] });
  expect(thrownMessage(() => wrong(Float32Array.of(1, 2, 3), contextOf()))).toBe(
    'sampling: guidance.unconditional gave 2 logits; there are 3',
  );
});
