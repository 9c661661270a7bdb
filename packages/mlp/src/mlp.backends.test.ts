import {
  countParameters,
  dropout,
  emptyScope,
  type HasNeeds,
  randomness,
  record,
  rmsNorm,
  unflatten,
  type Weights,
  weightNeeds,
} from '@residual/layers';
import {
  type Activation,
  abs,
  dispose,
  gradients,
  mul,
  normalValues,
  randomBitsAt,
  randomKey,
  streamOf,
  sum,
  type Tensor,
  tensor,
} from '@residual/tensor';
import {
  expectClose,
  expectNoLeak,
  gelu64,
  geluTanh64,
  linearRows,
  nestedOf,
  type Row,
  type Rows,
  rmsNormRows,
  silu64,
} from '@residual/testkit';
import { expect, test } from 'vitest';
import { gatedMlp, gaussianTopK, mlp, xielu } from './index.js';

const [batch, length, modelDim, hiddenDim] = [2, 3, 5, 7];
const numbers = (name: string, shape: readonly number[]) =>
  tensor(
    normalValues(
      4,
      name,
      shape.reduce((product, n) => product * n, 1),
    ),
    shape,
  );
const randomWeights = <N>(layer: HasNeeds<N>): Weights<N> =>
  unflatten(layer, new Map(weightNeeds(layer).map(({ path, need }) => [path, numbers(path, need.shape)])));

type Plain = { weight: Rows; bias?: Row };
const plainOf = async (weights: object): Promise<Record<string, Plain>> => {
  const linears = Object.entries(weights as Record<string, { weight: Tensor; bias: Tensor | undefined }>).filter(
    ([name]) => name !== 'dropout',
  );
  const read = linears.map(async ([name, { weight, bias }]) => [
    name,
    { weight: await nestedOf(weight), bias: bias && (await nestedOf(bias)) },
  ]);
  return Object.fromEntries(await Promise.all(read));
};

const activations: Record<Activation, (x: number) => number> = {
  gelu: gelu64,
  geluTanh: geluTanh64,
  silu: silu64,
  relu: x => Math.max(x, 0),
  sigmoid: x => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  identity: x => x,
};
const names = Object.keys(activations) as Activation[];

test.each(names)('down(%s(up(x)))', async activation => {
  const layer = mlp({ modelDim, hiddenDim, activation });
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(layer)];
  const { up, down } = await plainOf(weights);
  const hidden = ((await nestedOf(x)) as Rows[]).map(rows =>
    linearRows(rows, up!.weight, up!.bias).map(row => row.map(activations[activation])),
  );
  const recorder = record(['mlp.hidden']);
  const y = layer(weights, x, recorder.scope.at('mlp'));
  await expectClose(
    y,
    hidden.map(rows => linearRows(rows, down!.weight, down!.bias)),
    { absolute: 2e-5 },
  );
  await expectClose(recorder.values.get('mlp.hidden')!, hidden, { absolute: 2e-5 });
  recorder.dispose();
  dispose([x, weights, y]);
});

test.each(names)('down(%s(gate(x)) · up(x))', async activation => {
  const layer = gatedMlp({ modelDim, hiddenDim, activation, bias: true });
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(layer)];
  const { gate, up, down } = await plainOf(weights);
  const hidden = ((await nestedOf(x)) as Rows[]).map(rows => {
    const opened = linearRows(rows, gate!.weight, gate!.bias).map(row => row.map(activations[activation]));
    return linearRows(rows, up!.weight, up!.bias).map((row, i) => row.map((value, d) => value * opened[i]![d]!));
  });
  const recorder = record(['hidden'], emptyScope);
  const y = layer(weights, x, recorder.scope);
  await expectClose(
    y,
    hidden.map(rows => linearRows(rows, down!.weight, down!.bias)),
    { absolute: 5e-5 },
  );
  await expectClose(recorder.values.get('hidden')!, hidden, { absolute: 5e-5 });
  recorder.dispose();
  dispose([x, weights, y]);
});

test('an activation may be a function of ops, with its gradient: |x| x in both', async () => {
  const bent = (x: Tensor) => mul(x, abs(x));
  const bent64 = (x: number) => x * Math.abs(x);
  const x = numbers('x', [batch, length, modelDim]);
  const rows = (await nestedOf(x)) as Rows[];
  for (const layer of [
    mlp({ modelDim, hiddenDim, activation: bent, bias: false }),
    gatedMlp({ modelDim, hiddenDim, activation: bent }),
  ]) {
    const weights = randomWeights(layer as HasNeeds<object>);
    const { up, gate, down } = await plainOf(weights);
    const hidden = rows.map(one => {
      const opened = linearRows(one, (gate ?? up)!.weight).map(row => row.map(bent64));
      return gate ? linearRows(one, up!.weight).map((row, i) => row.map((value, d) => value * opened[i]![d]!)) : opened;
    });
    const run = layer as (weights: object, x: Tensor) => Tensor;
    const y = run(weights, x);
    const expected = hidden.map(one => linearRows(one, down!.weight));
    await expectClose(y, expected, { absolute: 5e-5, relative: 1e-5 });
    // The gradient of each entry of the last matrix is the sum of its input.
    const found = gradients(() => sum(run(weights, x)), weights);
    const read = Array.from({ length: hiddenDim }, (_, d) => hidden.flat().reduce((total, row) => total + row[d]!, 0));
    const slopes = (found.gradients as Record<string, { weight: Tensor }>).down!.weight;
    await expectClose(slopes, Array(modelDim).fill(read), { absolute: 2e-4, relative: 1e-5 });
    dispose([weights, y, found]);
  }
  dispose(x);
});

test('xIELU in an mlp: its curvatures are trained, its slope is not', async () => {
  const layer = mlp({ modelDim, hiddenDim, activationLayer: xielu(), bias: false });
  const [x, dy, weights] = [
    numbers('x', [1, length, modelDim]),
    numbers('dy', [1, length, modelDim]),
    randomWeights(layer),
  ];
  const { alphaPositive, alphaNegative, slope } = weights.activation as Record<string, Tensor>;
  const [positive, negative, straight] = [
    await nestedOf(alphaPositive!),
    await nestedOf(alphaNegative!),
    await nestedOf(slope!),
  ];
  const { up, down } = await plainOf({ up: weights.up, down: weights.down });
  const [rows]: Rows[] = await nestedOf(x);
  const [upstream]: Rows[] = await nestedOf(dy);
  const output = () => {
    const [above, below] = [Math.log1p(Math.exp(positive[0])), straight + Math.log1p(Math.exp(negative[0]))];
    const bent = (h: number) => straight * h + (h > 0 ? above * h * h : below * (Math.expm1(h) - h));
    return linearRows(
      linearRows(rows!, up!.weight).map(row => row.map(bent)),
      down!.weight,
    );
  };
  const y = layer(weights, x);
  await expectClose(y, [output()], { absolute: 5e-5 });
  const value = () =>
    output().reduce((sum, row, i) => row.reduce((part, each, d) => part + each * upstream![i]![d]!, sum), 0);
  const slopeOf = (row: Row) => {
    const original = row[0]!;
    const [above, below] = [1e-5, -1e-5].map(change => {
      row[0] = original + change;
      return value();
    });
    row[0] = original;
    return [(above! - below!) / 2e-5];
  };
  const found = gradients(() => sum(mul(layer(weights, x), dy)), { alphaPositive, alphaNegative, slope });
  await expectClose(found.gradients.alphaPositive!, slopeOf(positive), { absolute: 1e-4, relative: 1e-4 });
  await expectClose(found.gradients.alphaNegative!, slopeOf(negative), { absolute: 1e-4, relative: 1e-4 });
  expect(found.gradients.slope).toBeUndefined();
  await expectNoLeak(() => layer(weights, x).dispose());
  dispose([x, dy, weights, y, found]);
});

test('gaussian top-k keeps what is above a quantile of each row, as the activation of a gated mlp', async () => {
  const layer = gatedMlp({ modelDim, hiddenDim, activation: gaussianTopK({ sparsity: 0.6, activation: 'silu' }) });
  const [x, dy, weights] = [
    numbers('x', [1, length, modelDim]),
    numbers('dy', [1, length, modelDim]),
    randomWeights(layer),
  ];
  const { gate, up, down } = await plainOf({ gate: weights.gate, up: weights.up, down: weights.down });
  const [rows]: Rows[] = await nestedOf(x);
  const [upstream]: Rows[] = await nestedOf(dy);
  const cut = (row: Row) => {
    const center = row.reduce((sum, each) => sum + each, 0) / row.length;
    const deviation = Math.sqrt(row.reduce((sum, each) => sum + (each - center) ** 2, 0) / row.length);
    return row.map(each => silu64(Math.max(each - center - 0.2533471031357997 * deviation, 0)));
  };
  const output = () => {
    const ups = linearRows(rows!, up!.weight);
    const hidden = linearRows(rows!, gate!.weight).map((row, i) => cut(row).map((each, d) => each * ups[i]![d]!));
    return linearRows(hidden, down!.weight);
  };
  const y = layer(weights, x);
  expect(
    output()
      .flat()
      .some(each => each !== 0),
  ).toBe(true);
  await expectClose(y, [output()], { absolute: 5e-5 });
  const value = () =>
    output().reduce((sum, row, i) => row.reduce((part, each, d) => part + each * upstream![i]![d]!, sum), 0);
  const slopes = rows!.map(row =>
    row.map((original, d) => {
      const [above, below] = [1e-6, -1e-6].map(change => {
        row[d] = original + change;
        return value();
      });
      row[d] = original;
      return (above! - below!) / 2e-6;
    }),
  );
  const found = gradients(() => sum(mul(layer(weights, x), dy)), { x });
  await expectClose(found.gradients.x!, [slopes], { absolute: 1e-3, relative: 1e-3 });
  await expectNoLeak(() => layer(weights, x).dispose());
  expect(() => gaussianTopK({ sparsity: 1, activation: 'silu' })).toThrow(
    'gaussianTopK: sparsity is 1; it must be a number above 0 and below 1',
  );
  dispose([x, dy, weights, y, found]);
});

test.each([
  ['plain', mlp],
  ['gated', gatedMlp],
] as const)('a norm on the hidden layer acts before the last matrix: %s', async (_, make) => {
  const layer = make({ modelDim, hiddenDim, hiddenNorm: rmsNorm({ dim: hiddenDim, epsilon: 1e-3 }) });
  const [x, weights] = [numbers('x', [1, length, modelDim]), randomWeights(layer as ReturnType<typeof mlp>)];
  const bare = make({ modelDim, hiddenDim });
  const { hiddenNorm, ...others } = weights as typeof weights & { hiddenNorm: { weight: Tensor } };
  const recorder = record(['hidden']);
  (bare as ReturnType<typeof mlp>)(others, x, recorder.scope).dispose();
  const hidden: Rows[] = await nestedOf(recorder.values.get('hidden')!);
  const { down } = await plainOf({ down: weights.down });
  const normed = rmsNormRows(hidden[0]!, await nestedOf(hiddenNorm.weight), 1e-3);
  const y = (layer as ReturnType<typeof mlp>)(weights, x);
  await expectClose(y, [linearRows(normed, down!.weight, down!.bias)], { absolute: 5e-5 });
  recorder.dispose();
  dispose([x, weights, y]);
});

test('an activation and a layer in its place exclude each other, and a norm has the width of the hidden layer', () => {
  expect(() => mlp({ modelDim, activation: 'relu', activationLayer: xielu() })).toThrow(
    'mlp: there are an activation and an activationLayer; one of them is needed',
  );
  expect(() => gatedMlp({ modelDim, hiddenDim, hiddenNorm: rmsNorm({ dim: modelDim }) })).toThrow(
    'gatedMlp: the hidden layer is 7 wide, hiddenNorm 5; they must be equal',
  );
});

test('defaults: four times the width, exact gelu and biases; silu and no biases if gated', async () => {
  expect(countParameters(mlp({ modelDim }))).toBe(2 * 5 * 20 + 20 + 5);
  expect(countParameters(gatedMlp({ modelDim }))).toBe(3 * 5 * 20);
  for (const [bare, full] of [
    [mlp({ modelDim }), mlp({ modelDim, hiddenDim: 20, activation: 'gelu', bias: true })],
    [gatedMlp({ modelDim }), gatedMlp({ modelDim, hiddenDim: 20, activation: 'silu', bias: false })],
  ] as const) {
    const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(full as ReturnType<typeof mlp>)];
    const [y, z] = [(bare as ReturnType<typeof mlp>)(weights, x), (full as ReturnType<typeof mlp>)(weights, x)];
    await expectClose(y, z, { absolute: 0 });
    dispose([x, weights, y, z]);
  }
});

test.each([
  ['plain', mlp({ modelDim, hiddenDim })],
  ['gated', gatedMlp({ modelDim, hiddenDim })],
] as const)('gradients agree with finite differences, and nothing is left behind: %s', async (_, made) => {
  const layer = made as ReturnType<typeof mlp>;
  const [x, dy, weights] = [
    numbers('x', [1, length, modelDim]),
    numbers('dy', [1, length, modelDim]),
    randomWeights(layer),
  ];
  const found = gradients(() => sum(mul(layer(weights, x), dy)), { x, up: weights.up });
  const plain = await plainOf(weights);
  const [rows]: Rows[] = await nestedOf(x);
  const [upstream]: Rows[] = await nestedOf(dy);
  const value = () => {
    const raised = linearRows(rows!, plain.up!.weight, plain.up!.bias);
    const gate = plain.gate && linearRows(rows!, plain.gate.weight).map(row => row.map(silu64));
    const hidden = raised.map((row, i) => row.map((h, d) => (gate ? h * gate[i]![d]! : gelu64(h))));
    return linearRows(hidden, plain.down!.weight, plain.down!.bias)
      .flatMap((row, i) => row.map((number, d) => number * upstream![i]![d]!))
      .reduce((total, number) => total + number, 0);
  };
  const slope = (row: Row, at: number) => {
    const original = row[at]!;
    const [above, below] = [1e-5, -1e-5].map(change => {
      row[at] = original + change;
      return value();
    });
    row[at] = original;
    return (above! - below!) / 2e-5;
  };
  const byX: Rows[] = await nestedOf(found.gradients.x!);
  const byUp: Rows = await nestedOf(found.gradients.up.weight!);
  await expectClose(
    byX[0]!,
    rows!.map(row => row.map((_, d) => slope(row, d))),
    { absolute: 1e-4, relative: 1e-4 },
  );
  await expectClose(
    byUp,
    plain.up!.weight.map(row => row.map((_, d) => slope(row, d))),
    { absolute: 1e-4, relative: 1e-4 },
  );
  await expectNoLeak(() => layer(weights, x).dispose());
  dispose([x, dy, weights, found]);
});

test.each(['plain', 'gated'])(
  'in the %s one an activation may be a function, and dropout stands in the middle',
  async kind => {
    const options = {
      modelDim,
      hiddenDim,
      activation: (x: Tensor) => mul(mul(x, x), x),
      dropout: dropout({ rate: 0.4 }),
    };
    const part = kind === 'plain' ? mlp(options) : (gatedMlp(options) as never as ReturnType<typeof mlp>);
    const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(part)];
    const plain = await plainOf(weights);
    const rows: Rows[] = await nestedOf(x);
    const expected = (mask: (place: number) => number) =>
      rows.map((row, i) => {
        const up = linearRows(row, plain.up!.weight, plain.up!.bias);
        const gate = plain.gate && linearRows(row, plain.gate.weight, plain.gate.bias);
        const hidden = up.map((values, token) =>
          values.map((value, at) => {
            const made = gate ? gate[token]![at]! ** 3 * value : value ** 3;
            return made * mask((i * length + token) * hiddenDim + at);
          }),
        );
        return linearRows(hidden, plain.down!.weight, plain.down!.bias);
      });
    const key = randomKey(11, streamOf('dropout'), 2);
    const kept = (place: number) => (randomBitsAt(key, place) >>> 8 < Math.round(0.4 * 2 ** 24) ? 0 : 1 / 0.6);
    const y = part(weights, x);
    await expectClose(
      y,
      expected(() => 1),
      { relative: 1e-4 },
    ); // no randomness, no dropout
    const training = emptyScope.with(randomness, { seed: 11, step: 2 });
    const z = part(weights, x, training);
    await expectClose(z, expected(kept), { relative: 1e-4 });
    dispose([x, weights, y, z]);
  },
);
