import { expectShape, showShape } from '../../errors.js';
import { add, mul, sub } from '../../ops/arithmetic.js';
import { equal, greater, logicalAnd } from '../../ops/compare.js';
import { toFloat } from '../../ops/convert.js';
import { range, zeros } from '../../ops/create.js';
import { exp } from '../../ops/functions.js';
import { matMul } from '../../ops/mat-mul.js';
import { type Op, runOp } from '../../ops/op.js';
import { concat, reshape } from '../../ops/shape.js';
import { type Tensor, tensor } from '../../tensor.js';
import { chunkAt, chunkDecay, chunksOf, fromChunks, repeatGroups, toChunks } from './chunks.js';
import {
  joinOutputAndState,
  type OutputAndState,
  type RecurrenceAttributes,
  splitOutputAndState,
} from './output-and-state.js';

/** The inputs of `residual.gatedDeltaRule`. */
export type GatedDeltaRuleInputs = {
  /** [batch, length, keyHeads, keyDim]. */
  readonly query: Tensor;
  /** [batch, length, keyHeads, keyDim]. */
  readonly key: Tensor;
  /** [batch, length, heads, valueDim]; each key head serves heads / keyHeads of them. */
  readonly value: Tensor;
  /** The log of what is left of the state at each position, 0 or below, [batch, length, heads]. */
  readonly logDecay: Tensor;
  /** How much of the old value of a key is replaced, 0 to 1, [batch, length, heads]. */
  readonly strength: Tensor;
  /** The state before, [batch, heads, keyDim, valueDim]; zeros if absent. */
  readonly past?: Tensor | undefined;
};

const gatedDeltaRuleOp: Op<GatedDeltaRuleInputs, RecurrenceAttributes> = {
  name: 'residual.gatedDeltaRule',
  compose: (inputs, attributes) =>
    joinOutputAndState(inputs.value.shape[1] === 1 ? runStep(inputs) : runChunks(inputs), attributes),
};

/**
 * The gated delta rule (Yang et al. 2024): the state maps keys to values; each position lets it decay, replaces the
 * value of its key by a new one, and reads that of its query. state ← exp(logDecay) state, state ← state + key
 * (strength (value - stateᵀ key))ᵀ, y = stateᵀ query. To y [batch, length, heads, valueDim], and with `keepState` the
 * last state, [batch, heads, keyDim, valueDim].
 */
export function gatedDeltaRule(inputs: GatedDeltaRuleInputs): Tensor;
export function gatedDeltaRule(inputs: GatedDeltaRuleInputs, options: { readonly keepState: true }): OutputAndState;
export function gatedDeltaRule(inputs: GatedDeltaRuleInputs, options?: RecurrenceAttributes): Tensor | OutputAndState {
  expectHeads(inputs);
  if (!options?.keepState) return runOp(gatedDeltaRuleOp, inputs, { keepState: false });
  const joined = runOp(gatedDeltaRuleOp, inputs, { keepState: true });
  return splitOutputAndState(joined, inputs.value.shape, stateShape(inputs));
}

/** The formula itself, for one position. */
function runStep(inputs: GatedDeltaRuleInputs): OutputAndState {
  const { query, key, value, logDecay, strength, past } = inputs;
  const [batch, , heads, valueDim] = value.shape as [number, number, number, number];
  const column = (x: Tensor) => reshape(repeatGroups(x, heads, 2), [batch, heads, x.shape[3]!, 1]);
  const perHead = (x: Tensor) => reshape(x, [batch, heads, 1, 1]);
  const [keys, values] = [column(key), reshape(value, [batch, heads, 1, valueDim])];
  const decayed = past && mul(past, perHead(exp(logDecay)));
  const missing = decayed ? sub(values, matMul(keys, decayed, { transposeA: true })) : values;
  const written = matMul(keys, mul(missing, perHead(strength)));
  const state = decayed ? add(decayed, written) : written;
  return { output: reshape(matMul(column(query), state, { transposeA: true }), value.shape), state };
}

/**
 * The same by matrix products. Within a chunk, what each position writes depends on what the earlier ones wrote: a
 * triangular system, which is solved for all positions at once (the UT transform of Yang et al. 2024).
 */
function runChunks(inputs: GatedDeltaRuleInputs): OutputAndState {
  const { value, past } = inputs;
  const [batch, length, heads, valueDim] = value.shape as [number, number, number, number];
  const chunks = chunksOf(length);
  const byHead = (x: Tensor) => toChunks(x.shape.length === 3 ? reshape(x, [...x.shape, 1]) : x, heads, chunks);
  const [query, key] = [byHead(inputs.query), byHead(inputs.key)]; // [n, chunkLen, keyDim]
  const strength = byHead(inputs.strength);
  const decay = chunkDecay(byHead(inputs.logDecay));
  const scores = mul(matMul(query, key, { transposeB: true }), decay.between);
  const weighted = mul(key, strength);
  const solved = inverseOfUnitLower(mul(matMul(weighted, key, { transposeB: true }), decay.between));
  const newValues = matMul(solved, mul(byHead(value), strength));
  const readKeys = matMul(solved, mul(weighted, decay.fromStart)); // what they read of the state before the chunk

  const split = (x: Tensor) => reshape(x, [batch * heads, chunks.count, ...x.shape.slice(1)]);
  const [values, reads, attention, queries, keys, kept] = [
    newValues,
    readKeys,
    scores,
    mul(query, decay.fromStart),
    mul(key, decay.toEnd),
    decay.whole,
  ].map(split) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  let state = reshape(past ?? zeros(stateShape(inputs)), [batch * heads, key.shape[2]!, valueDim]);
  const outputs: Tensor[] = [];
  for (let i = 0; i < chunks.count; i++) {
    const written = sub(chunkAt(values, i), matMul(chunkAt(reads, i), state));
    const output = add(matMul(chunkAt(queries, i), state), matMul(chunkAt(attention, i), written));
    outputs.push(reshape(output, [batch * heads, 1, chunks.chunkLen, valueDim]));
    state = add(mul(state, chunkAt(kept, i)), matMul(chunkAt(keys, i), written, { transposeA: true }));
  }
  const joined = reshape(concat(outputs, 1), [batch * heads * chunks.count, chunks.chunkLen, valueDim]);
  return { output: fromChunks(joined, heads, chunks), state: reshape(state, stateShape(inputs)) };
}

/**
 * The inverse of I + the entries below the diagonal of x [n, size, size]. Blocks on the diagonal double: the inverse of
 * [[P, 0], [Q, R]] is [[P⁻¹, 0], [-R⁻¹ Q P⁻¹, R⁻¹]], as exact as forward substitution.
 */
function inverseOfUnitLower(x: Tensor): Tensor {
  const [n, size] = x.shape as [number, number];
  const [rows, columns] = [reshape(range(size), [size, 1]), reshape(range(size), [1, size])];
  const identity = reshape(toFloat(equal(rows, columns)), [1, size, size]);
  let inverse = add(zeros([n, size, size]), identity);
  for (let block = 1; block < size; block *= 2) {
    const mask = reshape(lowerLeft(size, block), [1, size, size]);
    const off = mul(x, mask);
    inverse = sub(inverse, block === 1 ? off : matMul(matMul(inverse, off), inverse));
  }
  return inverse;
}

/** 1 in the lower left of each pair of neighbouring blocks on the diagonal, [size, size]. */
function lowerLeft(size: number, block: number): Tensor {
  const numbers = (of: (i: number) => number) => Array.from({ length: size }, (_, i) => of(i));
  const row = tensor(
    numbers(i => Math.floor(i / block)),
    [size, 1],
    'int32',
  );
  const column = tensor(
    numbers(i => Math.floor(i / block)),
    [1, size],
    'int32',
  );
  const pair = (axis: readonly [number, number]) =>
    tensor(
      numbers(i => Math.floor(i / (2 * block))),
      [...axis],
      'int32',
    );
  return toFloat(logicalAnd(greater(row, column), equal(pair([size, 1]), pair([1, size]))));
}

function stateShape({ key, value }: GatedDeltaRuleInputs): number[] {
  return [value.shape[0]!, value.shape[2]!, key.shape[3]!, value.shape[3]!];
}

function expectHeads(inputs: GatedDeltaRuleInputs): void {
  const { query, key, value, logDecay, strength, past } = inputs;
  const [batch, length, heads] = value.shape;
  const keyHeads = key.shape[2]!;
  const is = (part: Tensor, ...shape: (number | undefined)[]) => part.shape.join() === shape.join();
  expectShape(
    value.shape.length === 4 &&
      is(key, batch, length, keyHeads, key.shape[3]) &&
      is(query, ...key.shape) &&
      heads! % keyHeads === 0 &&
      is(logDecay, batch, length, heads) &&
      is(strength, batch, length, heads) &&
      (!past || is(past, ...stateShape(inputs))),
    () =>
      `gatedDeltaRule: query ${showShape(query.shape)}, key ${showShape(key.shape)}, value ` +
      `${showShape(value.shape)}, logDecay ${showShape(logDecay.shape)}, strength ${showShape(strength.shape)} and ` +
      `past ${past ? showShape(past.shape) : 'none'} do not fit; they are [batch, length, keyHeads, keyDim] twice, ` +
      '[batch, length, heads, valueDim] with keyHeads that divide heads, [batch, length, heads] twice, and [batch, ' +
      'heads, keyDim, valueDim]',
  );
}
