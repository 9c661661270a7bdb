import { dispose } from '@residual/tensor';
import { expectClose, expectNoLeak, fixture, fixtureJson } from '@residual/testkit';
import { expect, test } from 'vitest';
import { loadTunedLens, logitLens } from '../index.js';
import { loadCheckpoint } from '../testing/load-checkpoint.js';
import type { LensToken } from './lens-tokens.js';
import type { LensResult } from './logit-lens.js';

interface Reference {
  readonly ids: readonly number[];
  readonly lens: readonly (readonly (readonly LensToken[])[])[];
  readonly tunedLens: readonly (readonly (readonly LensToken[])[])[];
}

async function expectReference({ layers }: LensResult, reference: Reference['lens']) {
  const tokensOf = (tops: Reference['lens']) => tops.map(rows => rows.map(row => row.map(({ token }) => token)));
  expect(tokensOf(layers.map(({ top }) => top))).toEqual(tokensOf(reference));
  const logprobsOf = (tops: Reference['lens']) => tops.flat(2).map(({ logprob }) => logprob);
  await expectClose(logprobsOf(layers.map(({ top }) => top)), logprobsOf(reference), { absolute: 1e-4 });
}

test.each(['gpt2', 'llama'])('%s: the logit lens and a tuned lens read what the reference reads', name =>
  expectNoLeak(async () => {
    const reference = await fixtureJson<Reference>(`inspect/attribution/${name}.json`);
    const model = await loadCheckpoint(`fixtures/checkpoints/${name}`);
    const result = await logitLens(model, reference.ids);
    expect(result.layers.map(({ path }) => path)).toEqual([
      'embedded',
      'decoder.layers.0.output',
      'decoder.layers.1.output',
    ]);
    await expectReference(result, reference.lens);
    const lens = await loadTunedLens(model, await fixture(`inspect/attribution/${name}-lens.safetensors`));
    await expectReference(await logitLens(model, reference.ids, { lens }), reference.tunedLens);
    const last = await logitLens(model, reference.ids, { positions: [-1, 2], top: 3 });
    await expectReference(
      last,
      reference.lens.map(rows => [rows.at(-1)!.slice(0, 3), rows[2]!.slice(0, 3)]),
    );
    dispose([lens, model.weights]);
  }),
);
