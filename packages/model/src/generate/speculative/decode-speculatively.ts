import type { DecodeModel } from '../decode-model.js';
import { DecodeSession, type DecodeSessionOptions } from '../decode-session.js';
import type { DecoderInput } from '../decoder-input.js';
import type { Step } from '../sampling-policy.js';
import type { GenerateOutput } from '../sequence.js';
import type { Drafter } from './drafter.js';
import type { SpeculativePolicy } from './speculative-policy.js';

/**
 * Decodes one prompt: the drafter guesses the next tokens, one pass of the model gives the logits after each of them,
 * and the policy takes tokens until one differs from the guess (Leviathan et al. 2023; Chen et al. 2023). The cache is
 * cut back to what was taken. `maxTokens` is the largest number of tokens that the text can have. The drafter is
 * disposed.
 */
export async function* decodeSpeculatively(
  model: DecodeModel,
  input: DecoderInput,
  policy: SpeculativePolicy,
  drafter: Drafter,
  { maxTokens, ...options }: DecodeSessionOptions & { readonly maxTokens: number },
): AsyncGenerator<Step, GenerateOutput[]> {
  const session = new DecodeSession(model, input, options);
  model.capturedSteps.syncWeights();
  try {
    while (!policy.isDone) {
      const { tokens } = policy.sequence;
      policy.drafted = session.isReading ? [] : await drafter.draft(tokens, maxTokens - tokens.length - 1);
      yield* policy.advance(await session.step(policy));
    }
    return policy.outputs();
  } finally {
    drafter.dispose();
    session.end();
    model.capturedSteps.release();
  }
}
