import { expect, test } from 'vitest';
import { type SamplerOptions, sampler } from './index.js';

/** Calls that the compiler must accept or refuse; type-checking this file is the test, nothing of it runs. */
export function forTheCompiler(): void {
  sampler({});
  sampler({ temperature: 0, topLogprobs: 3, repetitionPenalty: 1.2 });
  sampler({ temperature: 0.8, topP: 0.95, topK: 40, seed: 7, topLogprobs: 3 });
  sampler({ temperature: 0.8, minNewTokens: 3, eosTokenId: 2 });
  sampler({ eosTokenId: [2, 5] });
  sampler({ forcedEosTokenId: { tokens: 2, maxLength: 9 } });

  const slider: number = 0.5;
  sampler({ temperature: slider, topP: 0.9, seed: 1 });
  const settings: SamplerOptions = { temperature: slider, topP: 0.9 };
  sampler(settings);

  // @ts-expect-error a greedy choice ignores topP
  sampler({ temperature: 0, topP: 0.9 });
  // @ts-expect-error a greedy choice ignores a seed
  sampler({ temperature: 0, seed: 1 });
  // @ts-expect-error without a temperature the choice is greedy
  sampler({ topP: 0.9 });
  // @ts-expect-error without a temperature the choice is greedy
  sampler({ seed: 1, repetitionPenalty: 1.2 });
  // @ts-expect-error unknown name
  sampler({ temperature: 1, top_p: 0.9 });
  // @ts-expect-error unknown name
  sampler({ temprature: 1 });
  // @ts-expect-error minNewTokens needs eosTokenId
  sampler({ minNewTokens: 3 });
  // @ts-expect-error false would have no effect
  sampler({ renormalizeLogits: false });
  // @ts-expect-error one limit, not two
  sampler({ forcedEosTokenId: { tokens: 2, maxLength: 9, maxNewTokens: 3 } });
  // @ts-expect-error a limit is needed
  sampler({ forcedEosTokenId: { tokens: 2 } });
}

test('a temperature of 0 unknown to the compiler makes the filters idle, not wrong', () => {
  const slider: number = 0;
  const sample = sampler({ temperature: slider, topP: 0.9, seed: 1 }).next([1, 3, 2], { tokens: [], promptLength: 0 });
  expect(sample).toMatchObject({ token: 1, probability: 1 });
});
