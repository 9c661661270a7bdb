import {
  type AnyLayer,
  emptyScope,
  init,
  keyRange,
  RecurrentStates,
  record,
  recurrentStates,
  sizeOf,
  unflatten,
  weightNeeds,
} from '@residual/layers';
import {
  capture,
  concat,
  dispose,
  memoryUsage,
  mul,
  normalValues,
  sliceAxis,
  type Tensor,
  tensor,
  tidy,
} from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  gatedDelta,
  gateThenNorm,
  groupedRmsNorm,
  normThenGate,
  selectiveStateSpace,
  shortConvolution,
  stateSpaceDual,
} from './index.js';

const [batch, length, modelDim] = [2, 6, 4];
const mixers: Record<string, AnyLayer<Tensor, Tensor>> = {
  shortConvolution: shortConvolution({ modelDim, bias: true }),
  selectiveStateSpace: selectiveStateSpace({ modelDim, innerDim: 6, stateDim: 3, stepRank: 2 }),
  stateSpaceDual: stateSpaceDual({
    ...{ modelDim, heads: 4, headDim: 3, stateDim: 2, groups: 2, stepLimit: [0.002, 0.05] },
    norm: gateThenNorm({ norm: groupedRmsNorm({ dim: 12, groups: 2 }) }),
  }),
  gatedDelta: gatedDelta({ modelDim, heads: 4, keyHeads: 2, keyDim: 3, valueDim: 2, norm: normThenGate({}) }),
};

const input = () => tensor(normalValues(3, 'x', batch * length * modelDim), [batch, length, modelDim]);
const close = { absolute: 1e-5, relative: 1e-4 };

/** Large weights, so that what a state holds matters. */
const weightsOf = (mixer: AnyLayer<Tensor, Tensor>) => {
  const values = ({ path, need: { shape } }: ReturnType<typeof weightNeeds>[number]) =>
    [path, tensor(normalValues(5, path, sizeOf({ shape })), shape)] as const;
  return unflatten(mixer, new Map(weightNeeds(mixer).map(values))) as never;
};

for (const [name, mixer] of Object.entries(mixers)) {
  test(`${name}: steps of several lengths give what one pass gives, padding aside, and leave no tensors`, async () => {
    const before = memoryUsage();
    const weights = weightsOf(mixer);
    const x = input();
    const whole = mixer(weights, x);
    const states = new RecurrentStates();
    // The second sequence has 2 positions of padding before the same tokens as the first.
    const padded = tidy(() => concat([mul(sliceAxis(x, 1, 0, 2), 9), sliceAxis(x, 1, 0, 4)], 1));
    const keyStart = tensor([0, 2], [2], 'int32');
    const rows = tidy(() => concat([sliceAxis(x, 0, 0, 1), sliceAxis(padded, 0, 0, 1)], 0));
    const outputs: Tensor[] = [];
    for (const [from, count] of [
      [0, 1],
      [1, 3],
      [4, 1],
      [5, 1],
    ] as const) {
      const position = tensor([from], [1], 'int32');
      const scope = emptyScope.with(keyRange, { position, keyStart }).with(recurrentStates, states);
      const part = sliceAxis(rows, 1, from, count);
      outputs.push(states.attempt(() => mixer(weights, part, scope)));
      dispose([position, part]);
    }
    const [first, second] = tidy(() => {
      const joined = concat(outputs, 1);
      return [sliceAxis(joined, 0, 0, 1), sliceAxis(sliceAxis(joined, 0, 1, 1), 1, 2, 4)];
    });
    const [expectedFirst, expectedSecond] = tidy(() => {
      const row = sliceAxis(whole, 0, 0, 1);
      return [row, sliceAxis(row, 1, 0, 4)];
    });
    await expectClose(first!, expectedFirst!, close);
    await expectClose(second!, expectedSecond!, close);
    expect(Math.max(...(await whole.data()).map(Math.abs))).toBeGreaterThan(0.1);
    dispose(weights);
    states.dispose();
    dispose([x, whole, padded, keyStart, rows, outputs, first, second, expectedFirst, expectedSecond]);
    expect(memoryUsage()).toEqual(before);
  });

  test(`${name}: a captured step takes its states over`, async () => {
    const weights = weightsOf(mixer);
    const x = input();
    const states = new RecurrentStates();
    const scope = emptyScope.with(recurrentStates, states);
    const at = (i: number) => sliceAxis(x, 1, i, 1);
    const steps = Array.from({ length: 4 }, (_, i) => at(i));
    const eager = steps.slice(0, 2).map(step => mixer(weights, step, scope));
    const { outputs, graph } = capture(
      step => [mixer(weights, step!, scope), ...states.tensors],
      [steps[2]!, ...states.tensors],
    );
    states.replace(outputs.slice(1));
    const replayed = graph.replay([steps[3]!, ...states.tensors]);
    states.replace(replayed.slice(1));
    const whole = mixer(weights, x);
    const expected = sliceAxis(whole, 1, 3, 1);
    await expectClose(replayed[0]!, expected, close);
    states.dispose();
    graph.dispose();
    dispose(weights);
    dispose([x, steps, eager, outputs[0], replayed[0], whole, expected]);
  });
}

test('taps show steps and what was read from the states', () => {
  const shapes = (mixer: AnyLayer<Tensor, Tensor>, taps: readonly string[]) => {
    const weights = weightsOf(mixer);
    const x = input();
    const recorder = record(taps);
    dispose([mixer(weights, x, recorder.scope), x]);
    const found = [...recorder.values].map(([path, { shape }]) => [path, shape]);
    recorder.dispose();
    dispose(weights);
    return Object.fromEntries(found);
  };
  expect(shapes(mixers.selectiveStateSpace!, ['step', 'scanned'])).toEqual({ step: [2, 6, 6], scanned: [2, 6, 6] });
  expect(shapes(mixers.stateSpaceDual!, ['step', 'scanned'])).toEqual({ step: [2, 6, 4], scanned: [2, 6, 4, 3] });
  expect(shapes(mixers.gatedDelta!, ['query', 'key', 'value', 'logDecay', 'strength', 'headOutputs'])).toEqual({
    query: [2, 6, 2, 3],
    key: [2, 6, 2, 3],
    value: [2, 6, 4, 2],
    logDecay: [2, 6, 4],
    strength: [2, 6, 4],
    headOutputs: [2, 6, 4, 2],
  });
});

test('a state space begins with steps from 0.001 to 0.1 and rates 1, 2, 3', async () => {
  const weights = init(mixers.selectiveStateSpace!, { seed: 5 });
  const { logRates, stepBias } = weights as { logRates: Tensor; stepBias: Tensor };
  await expectClose(logRates, Array(6).fill([0, Math.log(2), Math.log(3)]), { absolute: 1e-6 });
  const steps = [...(await stepBias.data())].map(bias => Math.log1p(Math.exp(bias)));
  await expectClose(
    steps,
    steps.map((_, i) => 0.001 * 100 ** ((i + 0.5) / 6)),
    { absolute: 0, relative: 1e-4 },
  );
  dispose(weights);
});

test('parts that do not fit throw', () => {
  expect(() => stateSpaceDual({ modelDim, heads: 3, norm: gateThenNorm({}) })).toThrow(
    'stateSpaceDual: 3 heads of width 2.6666666666666665 in 1 groups do not fit',
  );
  expect(() => gatedDelta({ modelDim, heads: 4, keyHeads: 3, keyDim: 3, valueDim: 2, norm: normThenGate({}) })).toThrow(
    'gatedDelta: 3 heads of keys do not divide 4 heads of values',
  );
  expect(() => shortConvolution({ modelDim, kernelSize: 1 })).toThrow('causalConvolution: kernelSize is 1');
  expect(() => groupedRmsNorm({ dim: 5, groups: 2 })).toThrow('groupedRmsNorm: dim 5 does not split into 2 groups');
});
