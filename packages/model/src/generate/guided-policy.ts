import { ResidualError } from '@residual/tensor';
import type { DecodePolicy } from './decode.js';
import type { DecoderInput } from './decoder-input.js';
import type { ActiveSequence, StepOutput } from './prefill-or-step.js';
import type { SamplingPolicy, Step } from './sampling-policy.js';
import type { GenerateOutput } from './sequence.js';

/**
 * Decodes each sequence twice, behind its prompt and behind the negative one, so that classifier-free guidance can
 * compare the logits. The tokens are those that the inner policy chooses.
 */
export class GuidedPolicy implements DecodePolicy<Step, GenerateOutput[]> {
  readonly sequences: readonly ActiveSequence[];
  private readonly policy: SamplingPolicy;
  private output: StepOutput | undefined;

  constructor(policy: SamplingPolicy, negativePrompts: readonly (readonly number[])[]) {
    this.policy = policy;
    this.sequences = [
      ...policy.sequences,
      ...policy.sequences.map((sequence, i) => new NegativeSequence(negativePrompts[i]!, sequence)),
    ];
  }

  get isDone(): boolean {
    return this.policy.isDone;
  }

  /** The logits [vocab] of the last step behind the negative prompt of a sequence. */
  unconditional(batchIndex: number): Float32Array {
    return this.output!.logits(this.policy.sequences.length + batchIndex);
  }

  *advance(output: StepOutput): Generator<Step> {
    this.output = output;
    yield* this.policy.advance(output);
  }

  outputs(): GenerateOutput[] {
    return this.policy.outputs();
  }
}

/** A negative prompt and the tokens that another sequence was given after its own prompt. */
class NegativeSequence implements ActiveSequence {
  private readonly followed: ActiveSequence & { readonly promptLength: number };
  private readonly all: number[];
  private readonly offset: number;

  constructor(prompt: readonly number[], followed: ActiveSequence & { readonly promptLength: number }) {
    this.followed = followed;
    this.all = [...prompt];
    this.offset = followed.promptLength - prompt.length;
  }

  get isFinished(): boolean {
    return this.followed.isFinished;
  }

  get tokens(): readonly number[] {
    const { tokens } = this.followed;
    while (this.all.length + this.offset < tokens.length) this.all.push(tokens[this.all.length + this.offset]!);
    return this.all;
  }
}

/** What decodes with guidance: the policy, and the input with the negative prompts. */
export interface GuidedDecoding {
  readonly policy: GuidedPolicy;
  readonly input: DecoderInput;
}

/**
 * Adds a negative prompt to each prompt: its last token if none is given, as in Hugging Face transformers. Throws for
 * an encoder-decoder, and for a conversation.
 */
export function guidedDecoding(
  policy: SamplingPolicy,
  { prompts, sources, startBatch, endBatch }: DecoderInput,
  negativePromptIds: readonly number[] | undefined,
): GuidedDecoding {
  if (sources)
    throw new ResidualError('option', 'generate: guidanceScale is for decoder-only models; this is an encoder-decoder');
  if (endBatch)
    throw new ResidualError(
      'option',
      'generate: guidanceScale is not for conversations, which keep the cache of one sequence',
    );
  const negativePrompts = prompts.map(prompt => negativePromptIds ?? prompt.slice(-1));
  return {
    policy: new GuidedPolicy(policy, negativePrompts),
    input: { prompts: [...prompts, ...negativePrompts], startBatch },
  };
}
