import '@residual/testkit/wasm';
import { dispose } from '@residual/tensor';
import { expectClose, expectNoLeak, fixtureJson } from '@residual/testkit';
import { describe, test } from 'vitest';
import { causalTrace, patchSweep, pathPatch } from '../index.js';
import { loadCheckpoint } from '../testing/load-checkpoint.js';

/** What hooks on the models of Hugging Face transformers give for one checkpoint. */
interface Reference {
  readonly clean: readonly number[];
  readonly corrupt: readonly number[];
  readonly answer: number;
  readonly wrong: number;
  readonly cleanDifference: number;
  readonly corruptDifference: number;
  readonly residual: number[][];
  readonly attention: number[][];
  readonly mlp: number[][];
  readonly heads: number[][];
  /** From each head to the queries of the last block, and to the logits. */
  readonly pathToQuery: number[][];
  readonly pathToLogits: number[][];
  readonly pathToLogitsThroughMlps: number[][];
  readonly trace: {
    readonly subject: readonly number[];
    readonly samples: number;
    readonly std: number;
    readonly seed: number;
    readonly clean: number;
    readonly corrupt: number;
    readonly residual1: number[][];
    readonly attention1: number[][];
    readonly attention2: number[][];
    readonly mlp1: number[][];
    readonly mlp2: number[][];
  };
}
const reference = await fixtureJson<Record<'gpt2' | 'llama', Reference>>('inspect/patching/reference.json');
const close = { absolute: 1e-4 };

describe.each(['gpt2', 'llama'] as const)('%s', name => {
  const wanted = reference[name];
  const { clean, corrupt, answer, wrong } = wanted;
  const prompts = { clean, corrupt, answer, wrong };

  test('patched residual streams, attentions, mlps and heads change the logit difference as in the reference', () =>
    expectNoLeak(async () => {
      const model = await loadCheckpoint(`fixtures/checkpoints/${name}`);
      for (const what of ['residual', 'attention', 'mlp', 'heads'] as const) {
        const sweep = await patchSweep(model, { ...prompts, what, batch: 5 });
        await expectClose([sweep.clean, sweep.corrupt], [wanted.cleanDifference, wanted.corruptDifference], close);
        await expectClose(sweep.values, wanted[what], close);
      }
      dispose(model.weights);
    }));

  test('direct effects of heads on queries and logits are those of the reference', () =>
    expectNoLeak(async () => {
      const model = await loadCheckpoint(`fixtures/checkpoints/${name}`);
      const paths = async (options: Pick<Parameters<typeof pathPatch>[1], 'receivers' | 'freezeMlps'>) =>
        (await pathPatch(model, { ...prompts, senders: 'heads', ...options })).values;
      const receivers = [{ name: 'blocks.1.attn.hook_q' }];
      await expectClose(await paths({ receivers }), wanted.pathToQuery, close);
      await expectClose(await paths({ receivers: 'logits' }), wanted.pathToLogits, close);
      const direct = await paths({ receivers: 'logits', freezeMlps: false });
      await expectClose(direct, wanted.pathToLogitsThroughMlps, close);
      dispose(model.weights);
    }));

  test('restored states bring back the probability of the answer as in the reference', () =>
    expectNoLeak(async () => {
      const model = await loadCheckpoint(`fixtures/checkpoints/${name}`);
      const { subject, samples, std, seed, ...results } = wanted.trace;
      const trace = (what: 'residual' | 'attention' | 'mlp', window: number) =>
        causalTrace(model, { prompt: clean, subject, answer, samples, std, seed, what, window, batch: 11 });
      const fine = { absolute: 1e-6 };
      const residual = await trace('residual', 1);
      await expectClose([residual.clean, residual.corrupt], [results.clean, results.corrupt], fine);
      await expectClose(residual.values, results.residual1, fine);
      await expectClose((await trace('attention', 1)).values, results.attention1, fine);
      await expectClose((await trace('attention', 2)).values, results.attention2, fine);
      await expectClose((await trace('mlp', 1)).values, results.mlp1, fine);
      await expectClose((await trace('mlp', 2)).values, results.mlp2, fine);
      dispose(model.weights);
    }));
});
