import { expectShape, showShape } from '../../errors.js';
import { add, mul, neg } from '../../ops/arithmetic.js';
import { zeros } from '../../ops/create.js';
import { exp } from '../../ops/functions.js';
import { matMul } from '../../ops/mat-mul.js';
import { type Op, runOp } from '../../ops/op.js';
import { concat, reshape } from '../../ops/shape.js';
import type { Tensor } from '../../tensor.js';
import { chunkAt, chunkDecay, chunksOf, fromChunks, repeatGroups, toChunks } from './chunks.js';
import {
  joinOutputAndState,
  type OutputAndState,
  type RecurrenceAttributes,
  splitOutputAndState,
} from './output-and-state.js';

/** The inputs of `residual.stateSpaceDual`. */
export type StateSpaceDualInputs = {
  /** [batch, length, heads, headDim]. */
  readonly x: Tensor;
  /** The size of each step in time, 0 or above, [batch, length, heads]. */
  readonly step: Tensor;
  /** How fast the state of a head decays, 0 or above, [heads]: A is its negative. */
  readonly rate: Tensor;
  /** B, how x enters the state, [batch, length, groups, stateDim]. */
  readonly input: Tensor;
  /** C, how the output is read from the state, [batch, length, groups, stateDim]. */
  readonly output: Tensor;
  /** The state before x, [batch, heads, headDim, stateDim]; zeros if absent. */
  readonly past?: Tensor | undefined;
};

const stateSpaceDualOp: Op<StateSpaceDualInputs, RecurrenceAttributes> = {
  name: 'residual.stateSpaceDual',
  compose: (inputs, attributes) =>
    joinOutputAndState(inputs.x.shape[1] === 1 ? runStep(inputs) : runChunks(inputs), attributes),
};

/**
 * The state space of Mamba 2 (Dao and Gu 2024), a matrix for each head with one decay:
 * state(t) = exp(-step(t) rate) state(t - 1) + step(t) x(t) input(t)ᵀ, y(t) = state(t) output(t).
 * x [batch, length, heads, headDim] to the same, and with `keepState` the last state, [batch, heads, headDim,
 * stateDim].
 */
export function stateSpaceDual(inputs: StateSpaceDualInputs): Tensor;
export function stateSpaceDual(inputs: StateSpaceDualInputs, options: { readonly keepState: true }): OutputAndState;
export function stateSpaceDual(inputs: StateSpaceDualInputs, options?: RecurrenceAttributes): Tensor | OutputAndState {
  expectStateSpace(inputs);
  if (!options?.keepState) return runOp(stateSpaceDualOp, inputs, { keepState: false });
  return splitOutputAndState(runOp(stateSpaceDualOp, inputs, { keepState: true }), inputs.x.shape, stateShape(inputs));
}

/** The formula itself, for one position. */
function runStep({ x, step, rate, input, output, past }: StateSpaceDualInputs): OutputAndState {
  const [batch, , heads, headDim] = x.shape as [number, number, number, number];
  const stateDim = input.shape[3]!;
  const entering = matMul(
    reshape(mul(x, reshape(step, [batch, 1, heads, 1])), [batch, heads, headDim, 1]),
    reshape(repeatGroups(input, heads, 2), [batch, heads, 1, stateDim]),
  );
  const decay = reshape(exp(neg(mul(step, rate))), [batch, heads, 1, 1]);
  const state = past ? add(mul(past, decay), entering) : entering;
  const read = matMul(state, reshape(repeatGroups(output, heads, 2), [batch, heads, stateDim, 1]));
  return { output: reshape(read, x.shape), state };
}

/**
 * The same by matrix products: within a chunk as an attention whose weights are output · input and the decay between
 * two positions, and from chunk to chunk by the states at their ends.
 */
function runChunks(inputs: StateSpaceDualInputs): OutputAndState {
  const { x, step, rate, past } = inputs;
  const [batch, length, heads, headDim] = x.shape as [number, number, number, number];
  const chunks = chunksOf(length);
  const byHead = (values: Tensor) => toChunks(values, heads, chunks);
  const decay = chunkDecay(byHead(reshape(neg(mul(step, rate)), [batch, length, heads, 1])));
  const entering = byHead(mul(x, reshape(step, [batch, length, heads, 1]))); // [n, chunkLen, headDim]
  const [input, output] = [byHead(inputs.input), byHead(inputs.output)]; // [n, chunkLen, stateDim]
  const within = matMul(mul(matMul(output, input, { transposeB: true }), decay.between), entering);

  const split = (values: Tensor) => reshape(values, [batch * heads, chunks.count, ...values.shape.slice(1)]);
  const added = split(matMul(entering, mul(input, decay.toEnd), { transposeA: true })); // [.., headDim, stateDim]
  const kept = split(decay.whole);
  let state = reshape(past ?? zeros(stateShape(inputs)), [batch * heads, headDim, inputs.input.shape[3]!]);
  const starts: Tensor[] = [];
  for (let i = 0; i < chunks.count; i++) {
    starts.push(reshape(state, [batch * heads, 1, ...state.shape.slice(1)]));
    state = add(mul(state, chunkAt(kept, i)), chunkAt(added, i));
  }
  const before = reshape(concat(starts, 1), [batch * heads * chunks.count, ...state.shape.slice(1)]);
  const fromBefore = mul(matMul(output, before, { transposeB: true }), decay.fromStart);
  return { output: fromChunks(add(within, fromBefore), heads, chunks), state: reshape(state, stateShape(inputs)) };
}

function stateShape({ x: { shape }, input }: StateSpaceDualInputs): number[] {
  return [shape[0]!, shape[2]!, shape[3]!, input.shape[3]!];
}

function expectStateSpace(inputs: StateSpaceDualInputs): void {
  const { x, step, rate, input, output, past } = inputs;
  const [batch, length, heads] = x.shape;
  const groups = input.shape[2]!;
  const is = (part: Tensor, ...shape: (number | undefined)[]) => part.shape.join() === shape.join();
  expectShape(
    x.shape.length === 4 &&
      is(step, batch, length, heads) &&
      is(rate, heads) &&
      is(input, batch, length, groups, input.shape[3]) &&
      is(output, ...input.shape) &&
      heads! % groups === 0 &&
      (!past || is(past, ...stateShape(inputs))),
    () =>
      `stateSpaceDual: x ${showShape(x.shape)}, step ${showShape(step.shape)}, rate ${showShape(rate.shape)}, input ` +
      `${showShape(input.shape)}, output ${showShape(output.shape)} and past ` +
      `${past ? showShape(past.shape) : 'none'} do not fit; they are [batch, length, heads, headDim], [batch, ` +
      'length, heads], [heads], [batch, length, groups, stateDim] twice with groups that divide heads, and [batch, ' +
      'heads, headDim, stateDim]',
  );
}
