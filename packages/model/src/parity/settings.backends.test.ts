import { memoryUsage, requireBackend } from '@residual/tensor';
import { expect, inject, test } from 'vitest';
import {
  type Forward,
  fileOf,
  forwardAll,
  greedyDecode,
  idsOf,
  inputsFile,
  jsonFile,
  lossOf,
  type NamedWeights,
  noRepeats,
  referenceOf,
  slopeOf,
  weightsOf,
} from '../../test/reference.js';
import { settings } from '../../test/settings.js';
import { parity } from './index.js';
import type { Outputs } from './outputs.js';

const [length, padding] = [10, [0, 3]];

/** The outputs of the float64 loops, under the reference's names. */
function expectedOf(pass: Forward, ids: readonly number[][], vocab: number) {
  const { logits, hidden, attentions } = forwardAll(pass, ids[0]!);
  const zeros = (positions: number) => Array<number>(positions * vocab).fill(0);
  const padded = ids.flatMap((row, i) => [...zeros(padding[i]!), ...forwardAll(pass, row, padding[i]).logits.flat()]);
  const unpadded = ids.map((row, i) => row.slice(padding[i]));
  const greedy = {
    greedy: greedyDecode(pass, ids.slice(0, 1), 24),
    greedy_padded_batch: greedyDecode(pass, unpadded, 12),
    greedy_rep_penalty: greedyDecode(pass, ids.slice(0, 1), 16, noRepeats),
  };
  const whole = (row: number[], i: number) => [...ids[i]!.slice(0, padding[i]), ...row];
  const numbers: Record<string, number[]> = {
    logits: logits.flat(),
    ...Object.fromEntries(hidden.map((rows, i) => [`hidden_states.${i}`, rows.flat()])),
    ...Object.fromEntries(attentions.map((heads, i) => [`attentions.${i}`, heads.flat(2)])),
    logits_padded_batch: padded,
    loss: [lossOf(pass, ids[0]!)],
    greedy: greedy.greedy.rows.flat(),
    greedy_padded_batch: greedy.greedy_padded_batch.rows.flatMap(whole),
    greedy_rep_penalty: greedy.greedy_rep_penalty.rows.flat(),
  };
  return { numbers, margin: Math.min(...Object.values(greedy).map(({ margin }) => margin)) };
}

/** The largest absolute difference of two lists of equal length. */
const maxDifference = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  return Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((a, b) => Math.max(a, b), 0);
};

/** Two entries of each gradient compared with the numeric derivative of the loops' loss. */
function expectGradients(outputs: Outputs, weights: NamedWeights, slope: (name: string, index: number) => number) {
  const names = [...outputs.keys()].filter(name => name.startsWith('grad.')).map(name => name.slice('grad.'.length));
  expect(names.sort()).toEqual(Object.keys(weights).sort());
  for (const name of names) {
    const { data } = outputs.get(`grad.${name}`)!;
    expect(data.length).toBe(weights[name]!.values.length);
    const largest = maxDifference(data, new Float32Array(data.length));
    const strongest = Array.from(data).findIndex(value => Math.abs(value) === largest);
    for (const index of [strongest, (7 * data.length) >> 3])
      expect([name, Math.abs(data[index]! - slope(name, index)) <= 1e-4 * largest + 2e-6]).toEqual([name, true]);
  }
}

/**
 * On wasm all settings, on cpu every eighth. A setting is no program of its own, so the GPU backends, whose programs
 * take long to compile in software, have one each. `npm test -- --everywhere` runs all on every backend.
 */
const cases = Object.entries(settings).filter(([name], i) => {
  if (inject('everywhere')) return true;
  const chosen = {
    cpu: i % 8 === 0,
    webgl: name === 'llama: one key/value head, biases everywhere, dropout that has no effect',
    webgpu: name === 'llama: heads wider than their share, grouped, tied',
  };
  return chosen[requireBackend() as keyof typeof chosen] ?? true;
});

test.each(cases)('all outputs and gradients equal those of float64 loops: %s', async (_, config) => {
  const weights = weightsOf(config, 5);
  const ids = [idsOf(1, length, config.vocab_size), idsOf(2, length, config.vocab_size)];
  const mask = padding.map(pad => Array.from({ length }, (_, i) => Number(i >= pad)));
  const files = new Map([
    ['config.json', jsonFile(config)],
    ['model.safetensors', fileOf(weights)],
    ['golden.safetensors', inputsFile(ids, mask)],
  ]);
  const before = memoryUsage();
  const { outputs, checks, inputsOnly } = await parity(files);
  expect(memoryUsage()).toEqual(before);
  expect([checks, inputsOnly]).toEqual([[], true]);

  const { numbers, margin } = expectedOf(referenceOf(config, weights), ids, config.vocab_size);
  expect(margin).toBeGreaterThan(1e-3); // rounding cannot change a choice
  for (const [output, expected] of Object.entries(numbers)) {
    const tolerance = output.startsWith('greedy') ? 0 : output.startsWith('attentions') ? 1e-5 : 1e-4;
    expect([output, maxDifference(outputs.get(output)!.data, expected) <= tolerance]).toEqual([output, true]);
  }
  expectGradients(outputs, weights, (leaf, index) => slopeOf(config, weights, ids[0]!, leaf, index));
});
