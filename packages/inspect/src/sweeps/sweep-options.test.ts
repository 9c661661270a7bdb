import '@residual/testkit/wasm';
import { dispose, memoryUsage, type Tensor } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { afterAll, expect, test } from 'vitest';
import { type BoundLayer, causalTrace, patch, patchSweep, pathPatch, run } from '../index.js';
import { loadCheckpoint } from '../testing/load-checkpoint.js';
import { tinyGpt2 } from '../testing/tiny-model.js';

const model = tinyGpt2();
const prompts = { clean: [3, 1, 4, 1, 5], corrupt: [3, 2, 4, 1, 5] };
const ids = { answer: 7, wrong: 11 };
afterAll(() => dispose(model.weights));

/** The logits of an output [1, length, vocab] at the last position. */
async function lastLogits(output: Tensor): Promise<Float32Array> {
  return (await output.data()).slice(-output.shape[2]!) as Float32Array;
}

test('the values do not depend on the batch, and a metric of logits gives what their ids give', () =>
  expectNoLeak(async () => {
    const sweep = (options: object) => patchSweep(model, { ...prompts, what: 'residual', ...options } as never);
    const [one, all, own] = [
      await sweep({ ...ids, batch: 1 }),
      await sweep(ids),
      await sweep({ metric: (logits: Float32Array) => logits[7]! - logits[11]! }),
    ];
    expect(one.values.map(row => row.length)).toEqual([5, 5, 5]);
    await expectClose(one.values, all.values, { absolute: 1e-4 });
    await expectClose(own.values, all.values, { absolute: 1e-4 });
    await expectClose(all.values[0]!.slice(0, 1), [0], { absolute: 1e-4 }); // the same token
    await expectClose([all.values[0]![1]!], [1], { absolute: 1e-4 }); // the only token that differs
    await expectClose(all.values[2]!.slice(0, 1), [0], { absolute: 1e-4 });
  }));

test('progress counts the runs, and an abort between two passes frees everything', () =>
  expectNoLeak(async () => {
    const steps: string[] = [];
    const onProgress = ({ done, total }: { done: number; total: number }) => steps.push(`${done}/${total}`);
    await patchSweep(model, { ...prompts, ...ids, what: 'heads', batch: 4, onProgress });
    expect(steps).toEqual(['3/6', '6/6']);
    for (const start of [
      (signal: AbortSignal, stop: () => void) =>
        patchSweep(model, { ...prompts, ...ids, what: 'mlp', batch: 4, signal, onProgress: stop }),
      (signal: AbortSignal, stop: () => void) =>
        causalTrace(model, { prompt: [3, 1, 4], subject: [1], what: 'mlp', batch: 4, signal, onProgress: stop }),
      (signal: AbortSignal, stop: () => void) =>
        pathPatch(model, {
          ...prompts,
          ...ids,
          senders: 'mlp',
          receivers: [{ name: 'blocks.2.attn.hook_v' }],
          batch: 4,
          signal,
          onProgress: stop,
        }),
    ]) {
      const controller = new AbortController();
      let passes = 0;
      const stop = () => {
        passes++;
        controller.abort(new Error('enough'));
      };
      await expect(start(controller.signal, stop)).rejects.toThrow('enough');
      expect(passes).toBe(1);
    }
  }));

test('in an encoder-decoder positions are those of the target, and the source may have another length', () =>
  expectNoLeak(async () => {
    const marian: BoundLayer = await loadCheckpoint('fixtures/checkpoints/marian');
    const clean = { source: [5, 9, 17, 0], target: [63, 11, 23] };
    const corrupt = { source: [5, 9, 31, 17, 0], target: [63, 11, 23] };
    const difference = async (output: Tensor) => {
      const logits = await lastLogits(output);
      return logits[7]! - logits[11]!;
    };
    for (const [what, name] of [
      ['residual', 'input.x'],
      ['crossAttention', 'crossAttention.output'],
    ] as const) {
      const sweep = await patchSweep(marian, { clean, corrupt, ...ids, what, batch: 4 });
      const paths = sweep.values.map((_, layer) => `decoder.layers.${layer}.${name}`);
      using cleanRun = run(marian, clean, { names: paths });
      await expectClose([sweep.clean], [await difference(cleanRun.output)], { absolute: 1e-4 });
      for (const [layer, position] of [
        [0, 2],
        [1, 1],
        [1, 2],
      ] as const) {
        const hooks = [patch(paths[layer]!, { from: cleanRun, positions: [position] })];
        using patched = run(marian, corrupt, { hooks });
        const share = ((await difference(patched.output)) - sweep.corrupt) / (sweep.clean - sweep.corrupt);
        await expectClose([sweep.values[layer]![position]!], [share], { absolute: 1e-3 });
      }
    }
    dispose(marian.weights);
  }));

test('noise without a given strength is three times the standard deviation of the embeddings of the subject', () =>
  expectNoLeak(async () => {
    using clean = run(model, [3, 1, 4, 1, 5], { names: ['hook_embed'] });
    const values = [...(await clean.activation('hook_embed').data())].slice(10, 30);
    const mean = values.reduce((sum, value) => sum + value, 0) / 20;
    const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 20);
    const options = { prompt: [3, 1, 4, 1, 5], subject: [1, -3], what: 'residual', samples: 3 } as const;
    const [own, same] = [await causalTrace(model, options), await causalTrace(model, { ...options, std: 3 * std })];
    await expectClose(own.values, same.values, { absolute: 1e-6 });
    const logits = await lastLogits(clean.output);
    expect(own.answer).toBe(logits.indexOf(Math.max(...logits)));
  }));

test('what does not fit is refused with both sides', async () => {
  const before = memoryUsage();
  const sweep = (options: object) => patchSweep(model, { ...prompts, ...ids, what: 'mlp', ...options } as never);
  const refused: readonly (readonly [() => Promise<unknown>, string])[] = [
    [() => sweep({ corrupt: [1, 2] }), 'patchSweep: clean has 5 tokens and corrupt 2; they must have the same number'],
    [() => sweep({ wrong: 7 }), 'patchSweep: answer and wrong are both 7; their difference is always 0'],
    [() => sweep({ answer: 13 }), 'patchSweep: answer is 13; the vocabulary has 0 to 12'],
    [() => sweep({ clean: [3, 1, 4, 1, 99] }), 'patchSweep: clean has the id 99; the vocabulary has 0 to 12'],
    [() => sweep({ clean: [[1], [2]] }), 'patchSweep: clean has 2 sequences; it must have one'],
    [() => sweep({ clean: prompts.corrupt }), 'they must differ, for shares of the difference'],
    [() => sweep({ what: 'neurons' }), "patchSweep: what is \"neurons\"; it must be 'residual', 'attention',"],
    [() => sweep({ what: 'crossAttention' }), 'patchSweep: block 0 has no crossAttention; it has attention and mlp'],
    [() => sweep({ batch: 0 }), 'patchSweep: batch is 0; it must be a whole number, 1 or more'],
    [() => sweep({ metric: () => 1 }), 'patchSweep: there are a metric and ids of answers; leave one of them out'],
    [() => sweep({ wrong: undefined }), 'patchSweep: it needs the ids answer and wrong, or a metric'],
    [
      () => sweep({ answer: undefined, wrong: undefined, metric: () => Number.NaN }),
      'patchSweep: the result of metric is NaN; it must be a number',
    ],
    [
      () => sweep({ clean: { source: [1], target: [2] } }),
      'patchSweep: clean is a pair; languageModel reads token ids',
    ],
    [
      () => causalTrace(model, { prompt: [1, 2, 3], subject: [3], what: 'mlp' }),
      'causalTrace: position 3 does not exist, the prompt has 3',
    ],
    [
      () => causalTrace(model, { prompt: [1, 2, 3], subject: [1], what: 'mlp', samples: 0 }),
      'causalTrace: samples is 0; it must be a whole number, 1 or more',
    ],
    [
      () => pathPatch(model, { ...prompts, ...ids, senders: 'heads', receivers: [{ name: 'blocks.*.hook_mlp_out' }] }),
      'pathPatch: the receiver decoder.layers.0.mlp.output is an output that keeps its activation',
    ],
    [
      () => pathPatch(model, { ...prompts, ...ids, senders: 'heads', receivers: [] }),
      "pathPatch: receivers is []; it must be 'logits' or a list of { name }",
    ],
  ];
  for (const [start, message] of refused) await expect(start()).rejects.toThrow(message);
  expect(memoryUsage()).toEqual(before);
});
