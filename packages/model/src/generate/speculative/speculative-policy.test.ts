import { sampler, stopStrings } from '@residual/sampling';
import { expect, test } from 'vitest';
import { Sequence } from '../sequence.js';
import { SpeculativePolicy } from './speculative-policy.js';

const vocab = 5;

/** Logits after some tokens, by a formula; `model` makes another one. */
const logitsAfter = (tokens: readonly number[], model: number) =>
  Float32Array.from(
    { length: vocab },
    (_, id) => 1.5 * Math.sin(model + 2.3 * id + 1.7 * tokens.at(-1)! + tokens.length),
  );

const softmax = (logits: Float32Array) => {
  const powers = [...logits].map(Math.exp);
  const sum = powers.reduce((a, b) => a + b);
  return powers.map(power => power / sum);
};

test('whatever is drafted, each pair of tokens comes as often as the model says', () => {
  const [prompt, runs] = [[3, 1], 4000];
  for (const draftModel of [1, 1.4]) {
    const counts = new Float64Array(vocab * vocab);
    let [accepted, refused] = [0, 0];
    for (let seed = 0; seed < runs; seed++) {
      const choose = sampler({ temperature: 1, seed });
      const sequence = new Sequence(
        prompt,
        ({ tokens }) => (tokens.length >= 4 ? 'length' : undefined),
        stopStrings([]),
        undefined,
      );
      const policy = new SpeculativePolicy(sequence, choose);
      while (!policy.isDone) {
        const all = [...sequence.tokens];
        for (let i = 0; i < 2; i++)
          all.push(choose.next(logitsAfter(all, draftModel), { tokens: all, promptLength: 2 }).token);
        policy.drafted = all.slice(sequence.tokens.length);
        const known = sequence.tokens.length;
        const logits = (_: number, row = 0) => logitsAfter(all.slice(0, known + row), 1.2);
        for (const _ of policy.advance({ rows: 3, logits, largest: () => undefined, taps: () => ({}) }));
      }
      const [{ newTokens, draftedTokens = 0, acceptedTokens = 0 }] = policy.outputs() as [
        ReturnType<SpeculativePolicy['outputs']>[0],
      ];
      counts[vocab * newTokens[0]! + newTokens[1]!]!++;
      accepted += acceptedTokens;
      refused += draftedTokens - acceptedTokens;
    }
    expect(Math.min(accepted, refused)).toBeGreaterThan(runs / 10); // both ways occur
    let chiSquare = 0;
    for (const [first, p] of softmax(logitsAfter(prompt, 1.2)).entries())
      for (const [second, q] of softmax(logitsAfter([...prompt, first], 1.2)).entries()) {
        const expected = runs * p * q;
        chiSquare += (counts[vocab * first + second]! - expected) ** 2 / expected;
      }
    expect(chiSquare).toBeLessThan(51.2); // 24 degrees of freedom: exceeded once in a thousand
  }
});
