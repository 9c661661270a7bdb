import '@residual/testkit/cpu';
import '@residual/testkit/wasm';
import { causal, selfAttention } from '@residual/attention';
import { tokenEmbedding } from '@residual/embeddings';
import { init, rmsNorm } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { dense, dispose, memoryUsage, useBackend } from '@residual/tensor';
import { expectClose, expectNoLeak, fixtureJson } from '@residual/testkit';
import { languageModel, stack, transformerBlock } from '@residual/transformer';
import { beforeAll, describe, expect, test } from 'vitest';
import type { BoundLayer } from '../bound-layer.js';
import { loadCheckpoint } from '../testing/load-checkpoint.js';
import { tinyGpt2, tinyLlama } from '../testing/tiny-model.js';
import { fullQueryKeyCircuit, fullValueOutputCircuit, queryKeyCircuit, valueOutputCircuit } from './circuits.js';
import { copyingScore, copyingScores } from './copying-scores.js';
import type { FactoredMatrix } from './factored-matrix.js';

interface Reference {
  readonly copying: { readonly plain: number[][]; readonly folded: number[][] };
  readonly circuits: {
    readonly layer: number;
    readonly head: number;
    readonly valueOutput: {
      row5: number[];
      norm: number;
      trace: number;
      singular: number[];
      eigenvalues: [real: number, imaginary: number][];
    };
    readonly fullValueOutput: { row17: number[]; top: [number, number][]; norm: number; singular: number[] };
    readonly queryKey: { distance: number; row5: number[]; norm: number }[];
    readonly fullQueryKey: { row17: number[] };
  };
}

const close = { absolute: 1e-5, relative: 1e-4 };
const families = ['gpt2', 'llama'];
const withReference = (family: string, body: (model: BoundLayer, reference: Reference) => Promise<void>) =>
  expectNoLeak(async () => {
    const reference = (await fixtureJson<Record<string, Reference>>('inspect/scores/scores.json'))[family]!;
    const model = await loadCheckpoint(`fixtures/checkpoints/${family}`);
    await body(model, reference);
    dispose(model.weights);
  });

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(() => useBackend(backend));

  test.each(families)('the value-output circuit of %s has the rows, norms and spectra that numpy computes', family =>
    withReference(family, async (model, { circuits: { layer, head, valueOutput, fullValueOutput } }) => {
      const circuit = await valueOutputCircuit(model, { layer, head });
      expect([...circuit.shape, circuit.inner]).toEqual([32, 32, 8]);
      await expectClose(circuit.row(5), valueOutput.row5, close);
      await expectClose([circuit.norm(), circuit.trace()], [valueOutput.norm, valueOutput.trace], close);
      await expectClose(circuit.singularValues(), valueOutput.singular, close);
      const parts = circuit.eigenvalues().map(({ real, imaginary }) => [real, Math.abs(imaginary)]);
      await expectClose(
        parts,
        valueOutput.eigenvalues.map(([real, imaginary]) => [real, Math.abs(imaginary)]),
        close,
      );

      const full = await fullValueOutputCircuit(model, { layer, head, foldNorms: true });
      expect([...full.shape, full.inner]).toEqual([128, 128, 8]);
      await expectClose(full.row(17), fullValueOutput.row17, close);
      expect(full.topOfRow(17, 5).map(({ column }) => column)).toEqual(fullValueOutput.top.map(([id]) => id));
      await expectClose(
        [full.norm(), ...full.singularValues()],
        [fullValueOutput.norm, ...fullValueOutput.singular],
        close,
      );
    }),
  );

  test.each(families)('the query-key circuit of %s depends on the distance where positions are rotary', family =>
    withReference(family, async (model, { circuits: { layer, head, queryKey, fullQueryKey } }) => {
      for (const { distance, row5, norm } of queryKey) {
        const at = family === 'llama' ? { distance } : {};
        const circuit = await queryKeyCircuit(model, { layer, head, ...at });
        await expectClose(circuit.row(5), row5, close);
        await expectClose([circuit.norm()], [norm], close);
      }
      const full = await fullQueryKeyCircuit(model, { layer, head, foldNorms: true });
      await expectClose(full.row(17), fullQueryKey.row17, close);
    }),
  );

  test.each(families)('the copying scores of %s are those of the whole [vocab, vocab] matrices', family =>
    withReference(family, async (model, { copying }) => {
      const progress: number[] = [];
      const onProgress = ({ done, total }: { done: number; total: number }) => progress.push(done / total);
      await expectClose(await copyingScores(model, { onProgress }), copying.plain, { absolute: 1e-4 });
      expect(progress).toEqual([0.5, 1]);
      await expectClose(await copyingScores(model, { foldNorms: true }), copying.folded, { absolute: 1e-4 });
      const one = copyingScore(await fullValueOutputCircuit(model, { layer: 0, head: 2, foldNorms: true }));
      expect(one).toBeCloseTo(copying.folded[0]![2]!, 4);
    }),
  );
});

test('rotary circuits depend on the distance alone, which may be negative', () =>
  expectNoLeak(async () => {
    const model = tinyLlama();
    const at = (distance: number): Promise<FactoredMatrix> => queryKeyCircuit(model, { layer: 2, head: 1, distance });
    const [none, before, after] = [await at(0), await at(4), await at(-4)];
    const [zero, first] = [none.row(3), before.row(3)];
    expect(first.some((value, i) => Math.abs(value - zero[i]!) > 1e-4)).toBe(true);
    expect(after.row(3).some((value, i) => Math.abs(value - first[i]!) > 1e-4)).toBe(true);
    dispose(model.weights);
  }));

test('circuits that do not exist are refused and free everything', () =>
  expectNoLeak(async () => {
    const [model, rotary] = [tinyGpt2(), tinyLlama()];
    const before = memoryUsage().tensors;
    const refused = (circuit: () => Promise<unknown>, message: string) => expect(circuit()).rejects.toThrow(message);
    await refused(
      async () => valueOutputCircuit(model, { layer: 3, head: 0 }),
      'valueOutputCircuit: layer is 3; it must be a whole number from 0 to 2',
    );
    await refused(
      async () => queryKeyCircuit(model, { layer: 0, head: 2 }),
      'queryKeyCircuit: head is 2; it must be a whole number from 0 to 1',
    );
    await refused(
      async () => queryKeyCircuit(model, { layer: 0, head: 0, distance: 2 }),
      'queryKeyCircuit: decoder.layers.0.attention has no rotary positions; distance would do nothing',
    );
    await refused(
      async () => queryKeyCircuit(rotary, { layer: 0, head: 0, distance: 0.5 }),
      'queryKeyCircuit: distance is 0.5; it must be a whole number',
    );
    const abort = new AbortController();
    abort.abort(new Error('enough'));
    await refused(() => copyingScores(model, { signal: abort.signal }), 'enough');
    expect(memoryUsage().tensors).toBe(before);
    dispose([model.weights, rotary.weights]);
  }));

test('a vocabulary larger than one chunk of the embedding gives the same scores and vectors', () =>
  expectNoLeak(async () => {
    await useBackend('wasm');
    const block = transformerBlock({
      norm: rmsNorm({ dim: 6 }),
      attention: selfAttention({ modelDim: 6, heads: 2, mask: causal() }),
      mlp: mlp({ modelDim: 6, hiddenDim: 7 }),
    });
    const vocab = 4103;
    const layer = languageModel({
      embedding: tokenEmbedding({ vocab, dim: 6, scale: 3 }),
      decoder: stack({ block, depth: 1 }),
    });
    const model = { layer: layer as never, weights: init(layer, { seed: 4 }) };
    const full = await fullValueOutputCircuit(model, { layer: 0, head: 1 });
    const [scores] = await copyingScores(model);
    await expectClose([scores![1]!], [copyingScore(full)], { absolute: 1e-4 });
    const table = await dense(model.weights.embedding.weight).data();
    const value = await dense(model.weights.decoder.layers[0]!.attention.value.weight).data(); // [6, 6], head 1 last
    const expected = [0, 4095, 4096, 4102].map(token =>
      [3, 4, 5].map(row =>
        [0, 1, 2, 3, 4, 5].reduce((sum, i) => sum + 3 * table[6 * token + i]! * value[6 * row + i]!, 0),
      ),
    );
    const actual = [0, 4095, 4096, 4102].map(token => [...full.left.values.slice(3 * token, 3 * token + 3)]);
    await expectClose(actual, expected, { absolute: 1e-6 });
    dispose(model.weights);
  }));
