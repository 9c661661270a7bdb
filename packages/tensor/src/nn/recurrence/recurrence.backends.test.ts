import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  causalConvolution,
  concat,
  dispose,
  gatedDeltaRule,
  lastInputs,
  type OutputAndState,
  requireBackend,
  reshape,
  selectiveScan,
  softplus,
  stateSpaceDual,
  type Tensor,
  tidy,
  zeros,
} from '../../index.js';
import { expectOp, toTensor } from '../../testing/expect-op.js';
import { fromValues, type Grid, grid, sample, sumOver } from '../../testing/grid.js';
import { messageOf } from '../../testing/message-of.js';
import { onDevice } from '../../testing/on-device.js';

onDevice();

/** Whether each shape costs a program. */
const onGpu = () => requireBackend().startsWith('webg');

const close = { absolute: 5e-6, relative: 2e-5 };

/** Positive numbers, such as steps and rates. */
const positive = (shape: readonly number[], seed: number) => sample(shape, seed, 0.05, 0.9);

/** A reference: the output at each position and the state at the end. */
interface Reference {
  readonly output: Grid;
  readonly state: Grid;
}

const scanOf = ({ x, step, rate, input, output, past }: Record<string, Grid>): Reference => {
  const [batch, length, dim] = x!.shape as [number, number, number];
  const stateDim = rate!.shape[1]!;
  const state = new Float64Array(batch * dim * stateDim).map((_, i) => past?.values[i] ?? 0);
  const y = new Float64Array(batch * length * dim);
  for (let b = 0; b < batch; b++)
    for (let t = 0; t < length; t++)
      for (let d = 0; d < dim; d++)
        for (let n = 0; n < stateDim; n++) {
          const at = (b * dim + d) * stateDim + n;
          const size = step!.at(b, t, d);
          state[at] = Math.exp(-size * rate!.at(d, n)) * state[at]! + size * x!.at(b, t, d) * input!.at(b, t, n);
          y[(b * length + t) * dim + d]! += state[at]! * output!.at(b, t, n);
        }
  return { output: fromValues(x!.shape, y), state: fromValues([batch, dim, stateDim], state) };
};

const dualOf = ({ x, step, rate, input, output, past }: Record<string, Grid>): Reference => {
  const [batch, length, heads, headDim] = x!.shape as [number, number, number, number];
  const [, , groups, stateDim] = input!.shape as [number, number, number, number];
  const state = new Float64Array(batch * heads * headDim * stateDim).map((_, i) => past?.values[i] ?? 0);
  const y = new Float64Array(batch * length * heads * headDim);
  for (let b = 0; b < batch; b++)
    for (let t = 0; t < length; t++)
      for (let h = 0; h < heads; h++)
        for (let p = 0; p < headDim; p++)
          for (let n = 0; n < stateDim; n++) {
            const at = ((b * heads + h) * headDim + p) * stateDim + n;
            const group = Math.floor((h * groups) / heads);
            const size = step!.at(b, t, h);
            const entering = size * x!.at(b, t, h, p) * input!.at(b, t, group, n);
            state[at] = Math.exp(-size * rate!.at(h)) * state[at]! + entering;
            y[((b * length + t) * heads + h) * headDim + p]! += state[at]! * output!.at(b, t, group, n);
          }
  return { output: fromValues(x!.shape, y), state: fromValues([batch, heads, headDim, stateDim], state) };
};

const deltaOf = ({ query, key, value, logDecay, strength, past }: Record<string, Grid>): Reference => {
  const [batch, length, heads, valueDim] = value!.shape as [number, number, number, number];
  const [, , keyHeads, keyDim] = key!.shape as [number, number, number, number];
  const state = new Float64Array(batch * heads * keyDim * valueDim).map((_, i) => past?.values[i] ?? 0);
  const y = new Float64Array(value!.values.length);
  for (let b = 0; b < batch; b++)
    for (let t = 0; t < length; t++)
      for (let h = 0; h < heads; h++) {
        const from = (b * heads + h) * keyDim * valueDim;
        const keyHead = Math.floor((h * keyHeads) / heads);
        for (let i = 0; i < keyDim * valueDim; i++) state[from + i]! *= Math.exp(logDecay!.at(b, t, h));
        for (let v = 0; v < valueDim; v++) {
          const old = sumOver(keyDim, k => state[from + k * valueDim + v]! * key!.at(b, t, keyHead, k));
          const written = strength!.at(b, t, h) * (value!.at(b, t, h, v) - old);
          for (let k = 0; k < keyDim; k++) state[from + k * valueDim + v]! += key!.at(b, t, keyHead, k) * written;
          y[((b * length + t) * heads + h) * valueDim + v] = sumOver(
            keyDim,
            k => state[from + k * valueDim + v]! * query!.at(b, t, keyHead, k),
          );
        }
      }
  return { output: fromValues(value!.shape, y), state: fromValues([batch, heads, keyDim, valueDim], state) };
};

/** An op with its reference, and its inputs for some positions of a batch. */
interface Recurrence {
  readonly run: (inputs: never, options: { readonly keepState: true }) => OutputAndState;
  readonly reference: (inputs: Record<string, Grid>) => Reference;
  readonly inputs: (batch: number, length: number) => Record<string, Grid>;
  /** The inputs that have positions, at axis 1. */
  readonly timed: readonly string[];
}

const recurrences: Record<string, Recurrence> = {
  selectiveScan: {
    run: selectiveScan,
    reference: scanOf,
    inputs: (batch, length) => ({
      x: sample([batch, length, 3], 1),
      step: positive([batch, length, 3], 2),
      rate: positive([3, 4], 3),
      input: sample([batch, length, 4], 4),
      output: sample([batch, length, 4], 5),
      past: sample([batch, 3, 4], 6),
    }),
    timed: ['x', 'step', 'input', 'output'],
  },
  stateSpaceDual: {
    run: stateSpaceDual,
    reference: dualOf,
    inputs: (batch, length) => ({
      x: sample([batch, length, 4, 3], 1),
      step: positive([batch, length, 4], 2),
      rate: positive([4], 3),
      input: sample([batch, length, 2, 5], 4),
      output: sample([batch, length, 2, 5], 5),
      past: sample([batch, 4, 3, 5], 6),
    }),
    timed: ['x', 'step', 'input', 'output'],
  },
  gatedDeltaRule: {
    run: gatedDeltaRule,
    reference: deltaOf,
    inputs: (batch, length) => ({
      query: sample([batch, length, 2, 5], 1),
      key: sample([batch, length, 2, 5], 2, -0.5, 0.5),
      value: sample([batch, length, 4, 3], 3),
      logDecay: sample([batch, length, 4], 4, -0.9, 0),
      strength: positive([batch, length, 4], 5),
      past: sample([batch, 4, 5, 3], 6),
    }),
    timed: ['query', 'key', 'value', 'logDecay', 'strength'],
  },
};

const tensorsOf = (inputs: Record<string, Grid>) =>
  Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, toTensor(x)])) as never;

for (const [name, { run, reference, inputs, timed }] of Object.entries(recurrences)) {
  test(`${name}: output, state and their gradients; a single position`, async () => {
    const joined = ({ output, state }: Reference) =>
      fromValues([output.values.length + state.values.length], Float64Array.of(...output.values, ...state.values));
    for (const length of [3, 1])
      await expectOp({
        inputs: inputs(2, length),
        run: tensors =>
          tidy(() => {
            const { output, state } = run(tensors as never, { keepState: true });
            return concat([reshape(output, [-1]), reshape(state, [-1])], 0);
          }),
        reference: grids => joined(reference(grids)),
        tolerance: close,
        ...(onGpu() && { gradients: [] }), // they are compositions of ops whose gradients are tested there
      });
  });

  test(`${name}: a long sequence from zeros, and the same in two parts`, async () => {
    const { past: _, ...grids } = inputs(1, 35);
    const expected = reference(grids);
    const tensors = tensorsOf(grids) as Record<string, Tensor>;
    const whole = tidy(() => run(tensors as never, { keepState: true }));
    await expectClose(whole.output, expected.output, close);
    await expectClose(whole.state, expected.state, close);
    const split = (from: number, length: number) => {
      const cut = (x: Grid) => grid([1, length, ...x.shape.slice(2)], (b, t, ...rest) => x.at(b!, t! + from, ...rest));
      return tensorsOf(
        Object.fromEntries(Object.entries(grids).map(([each, x]) => [each, timed.includes(each) ? cut(x) : x])),
      ) as Record<string, Tensor>;
    };
    const [first, second] = [split(0, 34), split(34, 1)];
    const parts = tidy(() => {
      const { state } = run(first as never, { keepState: true });
      return run({ ...second, past: state } as never, { keepState: true });
    });
    await expectClose(parts.state, expected.state, close);
    dispose([tensors, whole, first, second, parts]);
  });
}

test('decays far below the smallest number and equal keys stay exact', async () => {
  const dual = {
    ...recurrences.stateSpaceDual!.inputs(1, 35),
    step: positive([1, 35, 4], 2),
    rate: sample([4], 3, 90, 99),
  };
  const delta = {
    ...recurrences.gatedDeltaRule!.inputs(1, 35),
    key: grid([1, 35, 2, 5], () => Math.fround(Math.sqrt(0.2))),
    logDecay: grid([1, 35, 4], () => 0),
    strength: grid([1, 35, 4], () => 1),
  };
  for (const [name, grids] of Object.entries({ stateSpaceDual: dual, gatedDeltaRule: delta })) {
    const { run, reference } = recurrences[name]!;
    const tensors = tensorsOf(grids);
    const { output, state } = tidy(() => run(tensors, { keepState: true }));
    await expectClose(output, reference(grids).output, close);
    await expectClose(state, reference(grids).state, close);
    dispose([tensors, output, state]);
  }
});

test('a causal convolution reads the inputs before its own, and the last of them are its state', async () => {
  const reference = ({ x, weight, bias, past }: Record<string, Grid>) =>
    grid(x!.shape, (b, t, d) => {
      const at = (time: number) => (time >= 0 ? x!.at(b!, time, d!) : (past?.at(b!, time + 3, d!) ?? 0));
      return (bias?.at(d!) ?? 0) + sumOver(4, i => weight!.at(d!, i) * at(t! - 3 + i));
    });
  const weight = sample([3, 4], 2);
  const x = sample([2, 5, 3], 1);
  const run = (inputs: object) => causalConvolution(inputs as never);
  await expectOp({ inputs: { x, weight, bias: sample([3], 3), past: sample([2, 3, 3], 4) }, run, reference });
  await expectOp({ inputs: { x: sample([2, 1, 3], 1), weight }, run, reference });
  const [whole, before] = [toTensor(x), toTensor(sample([2, 3, 3], 4))];
  const [long, short] = tidy(() => [
    lastInputs(whole, before, 3),
    lastInputs(toTensor(sample([2, 1, 3], 1)), before, 3),
  ]);
  await expectClose(
    long!,
    grid([2, 3, 3], (b, t, d) => x.at(b!, t! + 2, d!)),
    { absolute: 0 },
  );
  const [old, next] = [sample([2, 3, 3], 4), sample([2, 1, 3], 1)];
  await expectClose(
    short!,
    grid([2, 3, 3], (b, t, d) => (t! < 2 ? old.at(b!, t! + 1, d!) : next.at(b!, 0, d!))),
    { absolute: 0 },
  );
  dispose([whole, before, long, short]);
});

test('softplus is exact where it is large, and in relative terms where it is small', async () => {
  const values = [-60, -20, -7, -1, -0.25, 0, 0.25, 1, 7, 20, 90];
  await expectOp({
    inputs: { x: fromValues([11], Float64Array.from(values)) },
    run: ({ x }) => softplus(x),
    reference: ({ x }) => grid([11], i => Math.max(x.at(i!), 0) + Math.log1p(Math.exp(-Math.abs(x.at(i!))))),
    tolerance: { absolute: 1e-9, relative: 2e-6 },
  });
});

test('what does not fit throws with all shapes', () => {
  tidy(() => {
    const x = zeros([2, 5, 3]);
    expect(messageOf(() => causalConvolution({ x, weight: zeros([4, 4]), bias: zeros([3]) }))).toBe(
      'causalConvolution: x [2, 5, 3], weight [4, 4], bias [3] and past none do not fit; they are [batch, length, ' +
        'dim], [dim, kernelSize] with kernelSize above 1, [dim] and [batch, kernelSize - 1, dim]',
    );
    const scan = { x, step: x, rate: zeros([3, 4]), input: zeros([2, 5, 4]), output: zeros([2, 5, 3]) };
    expect(messageOf(() => selectiveScan(scan))).toBe(
      'selectiveScan: x [2, 5, 3], step [2, 5, 3], rate [3, 4], input [2, 5, 4], output [2, 5, 3] and past none do ' +
        'not fit; they are [batch, length, dim] twice, [dim, stateDim], [batch, length, stateDim] twice, and [batch, ' +
        'dim, stateDim]',
    );
    const states = zeros([2, 5, 3, 4]);
    const dual = { x: zeros([2, 5, 4, 3]), step: zeros([2, 5, 4]), rate: zeros([4]), input: states, output: states };
    expect(messageOf(() => stateSpaceDual(dual))).toContain(
      'input [2, 5, 3, 4], output [2, 5, 3, 4] and past none do not',
    );
    const delta = { query: states, key: states, value: zeros([2, 5, 4, 3]), logDecay: x, strength: x };
    expect(messageOf(() => gatedDeltaRule(delta))).toContain(
      'value [2, 5, 4, 3], logDecay [2, 5, 3], strength [2, 5, 3] and past none',
    );
  });
});
