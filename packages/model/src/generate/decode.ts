import type { DecodeModel } from './decode-model.js';
import { DecodeSession, type DecodeSessionOptions, type DecodeState } from './decode-session.js';
import type { DecoderInput } from './decoder-input.js';
import type { StepOutput } from './prefill-or-step.js';

/** How a decoding goes on: it chooses the next tokens from the logits of each step. */
export interface DecodePolicy<Step, Output> extends DecodeState {
  readonly isDone: boolean;
  /** Appends a token to each sequence that is not finished, and yields what the caller sees of the step. */
  advance(output: StepOutput): Iterable<Step>;
  /** The outputs, once all sequences are finished. */
  outputs(): Output;
}

/** Decodes a batch of prompts: until the policy is done, one step of the model, then one of the policy. */
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
    session.dispose();
    model.capturedSteps.release();
  }
}
