import type { DecodeModel } from './decode-model.js';
import { DecodeSession, type DecodeSessionOptions, type DecodeState } from './decode-session.js';
import type { DecoderInput } from './decoder-input.js';
import type { StepOutput } from './prefill-or-step.js';

/** Chooses the next tokens of all sequences from the logits of each step. */
export interface DecodePolicy<Step, Output> extends DecodeState {
  readonly isDone: boolean;
  /** Appends a token to each sequence that is not finished, and yields the steps that the caller sees. */
  advance(output: StepOutput): Iterable<Step>;
  /** The outputs, once all sequences are finished. */
  outputs(): Output;
}

/**
 * Decodes a batch of prompts: a step of the model, then a choice of the policy, until the policy is done.
 *
 * The way of a token, file by file: `DecodeSession` starts the batch and decides which sequences run. `prefillOrStep`
 * decides which of their tokens are fed. `CachedBatch` turns these into tensors and runs the model with its key-value
 * cache, eagerly or by `CapturedSteps`. From the logits, `SamplingPolicy` or `BeamPolicy` chooses the next tokens, and
 * `Sequence` turns them into text.
 */
export async function* decode<Step, Output>(
  model: DecodeModel,
  input: DecoderInput,
  policy: DecodePolicy<Step, Output>,
  options: DecodeSessionOptions,
): AsyncGenerator<Step, Output> {
  const session = new DecodeSession(model, input, options);
  model.capturedSteps.syncWeights();
  try {
    while (!policy.isDone) yield* policy.advance(await session.step(policy));
    return policy.outputs();
  } finally {
    session.end();
    model.capturedSteps.release();
  }
}
