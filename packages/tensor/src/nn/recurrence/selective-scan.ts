import { expectShape, showShape } from '../../errors.js';
import { add, mul, neg } from '../../ops/arithmetic.js';
import { ones, zeros } from '../../ops/create.js';
import { exp } from '../../ops/functions.js';
import { matMul } from '../../ops/mat-mul.js';
import { type Op, runOp } from '../../ops/op.js';
import { concat, reshape, sliceAxis } from '../../ops/shape.js';
import type { Tensor } from '../../tensor.js';
import {
  joinOutputAndState,
  type OutputAndState,
  type RecurrenceAttributes,
  splitOutputAndState,
} from './output-and-state.js';

/** The inputs of `residual.selectiveScan`. */
export type SelectiveScanInputs = {
  /** [batch, length, dim]. */
  readonly x: Tensor;
  /** The size of each step in time, 0 or above, [batch, length, dim]. */
  readonly step: Tensor;
  /** How fast the states decay, 0 or above, [dim, stateDim]: A is its negative. */
  readonly rate: Tensor;
  /** B, how x enters the states, [batch, length, stateDim]. */
  readonly input: Tensor;
  /** C, how the output is read from the states, [batch, length, stateDim]. */
  readonly output: Tensor;
  /** The states before x, [batch, dim, stateDim]; zeros if absent. */
  readonly past?: Tensor | undefined;
};

/** The most positions that are scanned at once. */
const maxScan = 64;

const selectiveScanOp: Op<SelectiveScanInputs, RecurrenceAttributes> = {
  name: 'residual.selectiveScan',
  compose: (inputs, attributes) => {
    const length = inputs.x.shape[1]!;
    let state = inputs.past;
    const outputs: Tensor[] = [];
    for (let from = 0; from < length; from += maxScan) {
      const part = scan({ ...inputs, past: state }, from, Math.min(maxScan, length - from));
      outputs.push(part.output);
      state = part.state;
    }
    const output = outputs.length === 1 ? outputs[0]! : concat(outputs, 1);
    return joinOutputAndState({ output, state: state! }, attributes);
  },
};

/**
 * The selective scan of Mamba (Gu and Dao 2023), `stateDim` numbers for each entry of x:
 * state(t) = exp(-step(t) rate) state(t - 1) + step(t) x(t) input(t), y(t) = Σ state(t) output(t).
 * x [batch, length, dim] to the same, and with `keepState` the last state, [batch, dim, stateDim].
 */
export function selectiveScan(inputs: SelectiveScanInputs): Tensor;
export function selectiveScan(inputs: SelectiveScanInputs, options: { readonly keepState: true }): OutputAndState;
export function selectiveScan(inputs: SelectiveScanInputs, options?: RecurrenceAttributes): Tensor | OutputAndState {
  expectScan(inputs);
  if (!options?.keepState) return runOp(selectiveScanOp, inputs, { keepState: false });
  return splitOutputAndState(runOp(selectiveScanOp, inputs, { keepState: true }), inputs.x.shape, stateShape(inputs));
}

/** Scans the positions from .. from + length - 1. */
function scan(
  { x, step, rate, input, output, past }: SelectiveScanInputs,
  from: number,
  length: number,
): OutputAndState {
  const [batch, , dim] = x.shape as [number, number, number];
  const stateDim = rate.shape[1]!;
  const part = (values: Tensor) => (length === values.shape[1] ? values : sliceAxis(values, 1, from, length));
  const perEntry = (values: Tensor) => reshape(part(values), [batch, length, dim, 1]);
  const perState = (values: Tensor) => reshape(part(values), [batch, length, 1, stateDim]);
  const decay = exp(neg(mul(perEntry(step), reshape(rate, [1, 1, dim, stateDim])))); // [batch, length, dim, stateDim]
  const entering = mul(mul(perEntry(step), perEntry(x)), perState(input));
  const states = linearScan(decay, entering, past && reshape(past, [batch, 1, dim, stateDim]));
  const read = matMul(
    reshape(states, [batch * length, dim, stateDim]),
    reshape(part(output), [batch * length, stateDim, 1]),
  );
  return {
    output: reshape(read, [batch, length, dim]),
    state: reshape(sliceAxis(states, 1, length - 1, 1), [batch, dim, stateDim]),
  };
}

/**
 * state(t) = decay(t) state(t - 1) + entering(t) along axis 1 of [batch, length, ...], from `past` [batch, 1, ...].
 * Log2 of the length steps, each of which joins neighbours twice as far apart (Hillis and Steele 1986).
 */
function linearScan(decay: Tensor, entering: Tensor, past: Tensor | undefined): Tensor {
  const length = decay.shape[1]!;
  let [product, states] = [decay, entering];
  for (let distance = 1; distance < length; distance *= 2) {
    const edge = decay.shape.map((size, axis) => (axis === 1 ? distance : size));
    const shifted = (x: Tensor, start: Tensor) => concat([start, sliceAxis(x, 1, 0, length - distance)], 1);
    states = add(states, mul(product, shifted(states, zeros(edge))));
    product = mul(product, shifted(product, ones(edge)));
  }
  return past ? add(states, mul(product, past)) : states;
}

function stateShape({ x: { shape }, rate }: SelectiveScanInputs): number[] {
  return [shape[0]!, shape[2]!, rate.shape[1]!];
}

function expectScan(inputs: SelectiveScanInputs): void {
  const { x, step, rate, input, output, past } = inputs;
  const [batch, length, dim] = x.shape;
  const stateDim = rate.shape[1];
  const is = (part: Tensor, ...shape: (number | undefined)[]) => part.shape.join() === shape.join();
  expectShape(
    x.shape.length === 3 &&
      is(step, ...x.shape) &&
      is(rate, dim, stateDim) &&
      is(input, batch, length, stateDim) &&
      is(output, batch, length, stateDim) &&
      (!past || is(past, batch, dim, stateDim)),
    () =>
      `selectiveScan: x ${showShape(x.shape)}, step ${showShape(step.shape)}, rate ${showShape(rate.shape)}, input ` +
      `${showShape(input.shape)}, output ${showShape(output.shape)} and past ` +
      `${past ? showShape(past.shape) : 'none'} do not fit; they are [batch, length, dim] twice, [dim, stateDim], ` +
      '[batch, length, stateDim] twice, and [batch, dim, stateDim]',
  );
}
