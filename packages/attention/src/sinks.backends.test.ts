import { record } from '@residual/layers';
import { capture, dispose, sliceAxis } from '@residual/tensor';
import { expectClose, expectNoLeak, nestedOf, type Row, type Rows } from '@residual/testkit';
import { expect, test } from 'vitest';
import { attendInFloat64, numbers, randomWeights, readProjections } from '../test/reference-attention.js';
import { Cache, causal, chunks, combineMasks, selfAttention } from './index.js';

const [length, modelDim, heads, kvHeads, headDim] = [7, 8, 4, 2, 5];
const mask = combineMasks(causal(), chunks(3));
const attention = selfAttention({ modelDim, heads, kvHeads, headDim, mask, sinks: true });
const isVisible = (i: number, j: number) => j <= i && Math.floor(i / 3) === Math.floor(j / 3);

/** The softmax over the visible scores and a sink, in float64. */
const withSink = (scores: Rows, sink: number): Rows =>
  scores.map((row, i) => {
    const exponents = row.map((score, j) => (isVisible(i, j) ? Math.exp(score) : 0));
    const total = exponents.reduce((sum, each) => sum + each, Math.exp(sink));
    return exponents.map(each => each / total);
  });

test('a sink shares the softmax with the keys of its chunk: with taps, a cache and in a replay', () =>
  expectNoLeak(async () => {
    const [x, weights] = [numbers('x', [1, length, modelDim]), randomWeights(attention)];
    const [rows] = (await nestedOf(x)) as [Rows];
    const plain = await readProjections(weights);
    const sinks: Row = await nestedOf(weights.sinks!);
    const loops = attendInFloat64(rows, rows, plain, { heads, kvHeads, isVisible });
    const expected = loops.scores.map((scores, h) => withSink(scores, sinks[h]!));
    const joined = rows.map((_, i) =>
      expected.flatMap((own, h) => {
        const value = loops.value[Math.floor((h * kvHeads) / heads)]!;
        return value[0]!.map((_, d) => own[i]!.reduce((sum, weight, j) => sum + weight * value[j]![d]!, 0));
      }),
    );
    const output = joined.map(row =>
      plain.output.weight.map((column, o) => column.reduce((sum, w, d) => sum + w * row[d]!, plain.output.bias![o]!)),
    );
    const recorder = record(['weights']);
    const [tapped, alone] = [attention(weights, x, recorder.scope), attention(weights, x)];
    for (const y of [tapped, alone]) await expectClose(y, [output], { absolute: 1e-5 });
    await expectClose(recorder.values.get('weights')!, [expected], { absolute: 1e-5 });
    const cache = new Cache({ maxPositions: 16, initialCapacity: 16 });
    const first = cache.step(4, scope => attention(weights, sliceAxis(x, 1, 0, 4), scope));
    const rest = cache.step(3, scope => attention(weights, sliceAxis(x, 1, 4, 3), scope));
    await expectClose(first, [output.slice(0, 4)], { absolute: 1e-5 });
    await expectClose(rest, [output.slice(4)], { absolute: 1e-5 });
    const { outputs, graph } = capture(x => [attention(weights, x!)], [x]);
    const [replayed] = graph.replay([x]);
    await expectClose(replayed!, [output], { absolute: 1e-5 });
    for (const owner of [recorder, cache, graph]) owner.dispose();
    dispose([x, weights, tapped, alone, first, rest, outputs, replayed]);
  }));

test('chunks of two sizes do not combine', () => {
  expect(() => combineMasks(chunks(3), chunks(4))).toThrow(
    'combineMasks: chunks have 3 and 4 positions; they must be equal',
  );
  expect(() => chunks(0)).toThrow('chunks: size is 0; it must be a whole number above 0');
});
