import { isTensor, ResidualError, showShape, type Tensor, tidy } from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import { inputTensors, isPair, type ModelInput } from '../model-input.js';
import { type PromptInput, promptOf } from '../sweeps/prompt.js';

/**
 * The length of the one sequence of an input, of a pair that of the target. Errors if there are several sequences, or
 * an id outside the vocabulary; ids in a tensor are not read.
 */
export function lengthOfOne(caller: string, model: BoundLayer, input: ModelInput): number {
  if (!hasTensor(input)) return promptOf(caller, 'the input', model, input).ids.length;
  const [batch, length] = tidy(() => {
    const ids = inputTensors(caller, input);
    return (isTensor(ids) ? ids : (ids.target as Tensor)).shape.slice(0, 2);
  }) as [number, number];
  if (batch === 1) return length;
  throw new ResidualError(
    'shape',
    `${caller}: the input ${showShape([batch, length])} has ${batch} sequences; it must have one`,
  );
}

function hasTensor(input: ModelInput): input is Exclude<ModelInput, PromptInput> {
  return isTensor(input) || (isPair(input) && (isTensor(input.source) || isTensor(input.target)));
}

/** A position as a number from 0; a negative one counts from the end. Errors if it is outside the sequence. */
export function positionIn(caller: string, position: number, length: number): number {
  if (Number.isInteger(position) && position >= -length && position < length)
    return position < 0 ? position + length : position;
  throw new ResidualError('range', `${caller}: position ${position} does not exist, there are ${length}`);
}
