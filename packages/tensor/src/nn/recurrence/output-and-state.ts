import { concat, reshape, sliceAxis } from '../../ops/shape.js';
import { sizeOf } from '../../shape.js';
import type { Tensor } from '../../tensor.js';

/** The result of a recurrence: its output at each position, and its state after the last one. */
export interface OutputAndState {
  readonly output: Tensor;
  readonly state: Tensor;
}

/** The attribute of recurrences: whether the result has the state after the last position too. */
export type RecurrenceAttributes = { readonly keepState: boolean };

/**
 * The one result of an op: the output alone, or with `keepState` both in one tensor [batch, numbers of the output, then
 * of the state].
 */
export function joinOutputAndState({ output, state }: OutputAndState, { keepState }: RecurrenceAttributes): Tensor {
  if (!keepState) return output;
  return concat(
    [output, state].map(x => reshape(x, [x.shape[0]!, sizeOf(x.shape.slice(1))])),
    1,
  );
}

/** The output and the state in the result of an op with `keepState`. */
export function splitOutputAndState(
  joined: Tensor,
  outputShape: readonly number[],
  stateShape: readonly number[],
): OutputAndState {
  const [outputSize, stateSize] = [outputShape, stateShape].map(shape => sizeOf(shape.slice(1))) as [number, number];
  return {
    output: reshape(sliceAxis(joined, 1, 0, outputSize), outputShape),
    state: reshape(sliceAxis(joined, 1, outputSize, stateSize), stateShape),
  };
}
