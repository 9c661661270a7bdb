import { expectClose, expectNoLeak } from '@residual/testkit';
import { describe, expect, test } from 'vitest';
import {
  add,
  capture,
  dispose,
  expertLinear,
  gradients,
  lowRankSum,
  mergeLowRank,
  type PackedForm,
  type PackedMatrix,
  pack,
  requireBackend,
  sum,
  type Tensor,
  tensor,
  tidy,
  unpack,
} from '../index.js';
import { expectOp, toTensor } from '../testing/expect-op.js';
import { type Grid, grid, integerGrid, sample, sumOver } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

const [tokens, k, experts, inDim, out] = [7, 2, 5, 6, 3];
/** Expert 2 has no token, 0 has one or two, 1 has most. */
const chosen = grid(
  [tokens, k],
  (token, j) => [1, 4, 1, 0, 3, 1, 4][token!]! * (1 - j!) + [0, 1, 3, 1, 1, 4, 1][token!]! * j!,
);
const choices = () => toTensor(chosen, 'int32');

/** Entry o of the product for choice j of a token, in float64. */
const entry = (x: Grid, weight: Grid, bias: Grid | undefined, token: number, j: number, o: number) => {
  const row = chosen.at(token, j) * (weight.shape[0]! / experts) + o;
  const read = (i: number) => (x.shape.length === 2 ? x.at(token, i) : x.at(token, j, i));
  return (bias?.at(row) ?? 0) + sumOver(weight.shape[1]!, i => read(i) * weight.at(row, i));
};

describe.each([
  ['an input for each token', [tokens, inDim]],
  ['an input for each choice', [tokens, k, inDim]],
])('%s', (_, shape) => {
  test('each choice reads the matrix and the bias of its expert; gradients flow to all three', () =>
    expectOp({
      inputs: { x: sample(shape, 3), weight: sample([experts * out, inDim], 5), bias: sample([experts * out], 7) },
      run: ({ x, weight, bias }) => tidy(() => expertLinear(x, weight, choices(), { experts, bias })),
      reference: ({ x, weight, bias }) =>
        grid([tokens, k, out], (token, j, o) => entry(x, weight, bias, token!, j!, o!)),
    }));

  test('a captured step reads other experts in each replay', () =>
    expectNoLeak(async () => {
      const [x, weight] = [toTensor(sample(shape, 3)), toTensor(sample([experts * out, inDim], 5))];
      const first = toTensor(integerGrid([tokens, k], 3, 0, experts), 'int32');
      const { outputs, graph } = capture((x, chosen) => [expertLinear(x!, weight, chosen!, { experts })], [x, first]);
      const second = choices();
      const [y] = graph.replay([x, second]);
      const expected = tidy(() => expertLinear(x, weight, second, { experts }));
      await expectClose(y!, expected, { absolute: 1e-6 });
      dispose([x, weight, first, second, outputs, y, expected]);
      graph.dispose();
    }));
});

/** Many tokens of expert 0, few of 1, one of 2, and matrices large enough that all ways to multiply rows run. */
const many = { tokens: 41, experts: 4, inDim: 416, out: 41 };
const manyChosen = grid([many.tokens, k], (token, j) => (token === 3 ? 2 * j! : token! % 20 === 5 ? 1 : 0));

const isGpu = ['webgl', 'webgpu'].includes(requireBackend());
/** On GPUs, where each form compiles programs, some. */
const forms = isGpu ? ([undefined, 'bf16', 'int8'] as const) : ([undefined, 'f16', 'bf16', 'int8', 'int4'] as const);

test.each(forms)('many tokens of an expert, few, one and none: %s', (form: PackedForm | undefined) =>
  expectNoLeak(async () => {
    const { tokens, experts, inDim, out } = many;
    const values = sample([experts * out, inDim], 5);
    const matrix = form ? pack(Float32Array.from(values.values), [experts * out, inDim], form) : toTensor(values);
    const [inputs, upstream] = [sample([tokens, inDim], 3), sample([tokens, k, out], 9)];
    const [x, dy, chosen] = [toTensor(inputs), toTensor(upstream), toTensor(manyChosen, 'int32')];
    const dense = form ? unpack(matrix as PackedMatrix) : (matrix as Tensor);
    const entries = await dense.data();
    const slopes = new Float64Array(tokens * inDim);
    const rows = grid([tokens, k, out], (token, j, o) => {
      const row = manyChosen.at(token!, j!) * out + o!;
      const slope = upstream.at(token!, j!, o!);
      let y = 0;
      for (let i = 0; i < inDim; i++) {
        const weight = entries[row * inDim + i]!;
        y += inputs.values[token! * inDim + i]! * weight;
        slopes[token! * inDim + i]! += slope * weight;
      }
      return y;
    });
    const found = gradients(() => expertLinear(x, matrix, chosen, { experts }), x, dy);
    await expectClose(found.value, rows, { absolute: 2e-3 });
    await expectClose(found.gradients!, [...slopes], { absolute: 2e-3 });
    dispose([x, dy, chosen, matrix, found]);
    if (form) dense.dispose();
  }),
);

test.skipIf(isGpu)('low-rank adapters of the whole stack are those of the merged stack, and get gradients', () =>
  expectNoLeak(async () => {
    const [x, ids] = [toTensor(sample([tokens, inDim], 3)), choices()];
    const rank = 2;
    const [down, up] = [toTensor(sample([rank, inDim], 11)), toTensor(sample([experts * out, rank], 13))];
    const base = toTensor(sample([experts * out, inDim], 5));
    const weight = lowRankSum(base, { one: { down, up, scale: 0.5, active: true } });
    const merged = mergeLowRank(weight);
    const found = gradients(() => sum(expertLinear(x, weight, ids, { experts })), { down, up });
    const expected = gradients(() => sum(expertLinear(x, merged, ids, { experts })), merged);
    await expectClose(found.value, expected.value, { absolute: 1e-4 });
    // The gradient of `up` is scale · dW downᵀ.
    const [slopes, downs] = [await expected.gradients!.data(), sample([rank, inDim], 11)];
    const ofUp = grid([experts * out, rank], (row, r) =>
      sumOver(inDim, i => 0.5 * slopes[row! * inDim + i]! * downs.at(r!, i)),
    );
    await expectClose(found.gradients.up!, ofUp, { absolute: 1e-5 });
    expect(found.gradients.down!.shape).toEqual([rank, inDim]);
    dispose([x, ids, weight, merged, found, expected]);
  }),
);

test('what does not fit throws with both sides', () =>
  expectNoLeak(() => {
    const [x, weight, ids] = [toTensor(sample([tokens, inDim], 3)), toTensor(sample([15, inDim], 5)), choices()];
    const [floats, wide] = [toTensor(chosen), toTensor(sample([tokens, inDim + 1], 3))];
    const shapes =
      'x is [tokens, in] or [tokens, k, in], weight [experts · out, in], chosen [tokens, k], bias [experts · out]';
    expect(messageOf(() => expertLinear(wide, weight, ids, { experts }))).toBe(
      `expertLinear: x [7, 7], weight [15, 6], chosen [7, 2] do not fit; ${shapes}`,
    );
    expect(messageOf(() => expertLinear(x, weight, ids, { experts: 4 }))).toBe(
      'expertLinear: weight [15, 6] does not split into the matrices of 4 experts',
    );
    expect(messageOf(() => expertLinear(x, weight, floats, { experts }))).toBe(
      'expertLinear: chosen must be int32, not float32',
    );
    if (['cpu', 'wasm'].includes(requireBackend()))
      expect(messageOf(() => expertLinear(x, weight, ids, { experts: 3 }))).toBe(
        'expertLinear: expert 4 is outside the 3 experts',
      );
    dispose([x, weight, ids, floats, wide]);
  }));

test('no tokens give no rows', () =>
  expectNoLeak(() => {
    const [x, weight] = [tensor([], [0, inDim]), toTensor(sample([15, inDim], 5))];
    const ids = tensor([], [0, k], 'int32');
    const y = expertLinear(x, weight, ids, { experts });
    expect(y.shape).toEqual([0, k, 3]);
    dispose([x, weight, ids, y, add(y, 1)]);
  }));
