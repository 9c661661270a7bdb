import type {
  LargestLogits,
  Sample,
  Sampler,
  SequenceContext,
  StopStrings,
  TokenFinishReason,
} from '@residual/sampling';
import type { DecodeStream } from '@residual/tokenizer';

/**
 * Why a text ended: an end token, `maxNewTokens`, `maxLength`, a stop string, or because what it obeys is complete and
 * allows nothing more.
 */
export type FinishReason = TokenFinishReason | 'stop' | 'complete';

/** A generated text. */
export interface GenerateOutput {
  /** The new text, without prompt or stop string. */
  readonly text: string;
  /** Prompt and new tokens. */
  readonly tokens: readonly number[];
  readonly newTokens: readonly number[];
  readonly promptLength: number;
  readonly finishReason: FinishReason;
  /** Sum of the natural logs of the new tokens' probabilities under the model. */
  readonly logprob: number;
  /** The seed of the run, the caller's or a new one; absent if nothing was sampled. */
  readonly seed?: number;
  /** How many drafted tokens the model checked; absent if nothing was drafted. */
  readonly draftedTokens?: number;
  /** How many of them it accepted. */
  readonly acceptedTokens?: number;
}

/** One text that is being generated: its tokens, the text shown so far, and its finish reason. */
export class Sequence implements SequenceContext {
  readonly tokens: number[];
  readonly promptLength: number;
  /** The tokens that the encoder read; absent in a decoder-only model. */
  readonly encoderTokens?: readonly number[];
  finishReason: FinishReason | undefined;
  private readonly finishReasonOf: (context: SequenceContext) => FinishReason | undefined;
  private readonly stops: StopStrings;
  private readonly stream: DecodeStream | undefined;
  private text = '';
  private logprob = 0;

  constructor(
    prompt: readonly number[],
    finishReasonOf: (context: SequenceContext) => FinishReason | undefined,
    stops: StopStrings,
    stream: DecodeStream | undefined,
    encoderTokens?: readonly number[],
  ) {
    this.tokens = [...prompt];
    this.promptLength = prompt.length;
    if (encoderTokens) this.encoderTokens = encoderTokens;
    this.finishReasonOf = finishReasonOf;
    this.stops = stops;
    this.stream = stream;
    for (const id of prompt) stream?.push(id);
    this.finishReason = finishReasonOf(this);
  }

  get isFinished(): boolean {
    return this.finishReason !== undefined;
  }

  /** What a sampler sees of it. */
  contextOf(batchIndex: number): SequenceContext {
    const { tokens, promptLength, encoderTokens } = this;
    return { tokens, promptLength, batchIndex, ...(encoderTokens && { encoderTokens }) };
  }

  /**
   * Chooses the next token from `logits` [vocab], from the largest of them, or from both; returns it with the new text
   * to show, and the reason if the text ends.
   */
  sampleNext(
    choose: Sampler,
    { logits, largest }: { readonly logits: Float32Array; readonly largest: LargestLogits | undefined },
    batchIndex: number,
  ): { sample: Sample; text: string; finishReason: FinishReason | undefined } {
    const { tokens } = this;
    const context = this.contextOf(batchIndex);
    const isEnough = !choose.readsRow && (largest?.allowed !== undefined || !choose.tokenMask);
    const sample = largest && isEnough ? choose.nextOf(largest) : choose.next(logits, context, largest);
    tokens.push(sample.token);
    this.logprob += sample.logprob;
    const { text: ready, stop } = this.stops.push(this.stream?.push(sample.token) ?? '');
    this.finishReason = stop ? 'stop' : this.finishReasonOf(this);
    const text = ready + (this.finishReason && !stop ? this.flush() : '');
    this.text += text;
    return { sample, text, finishReason: this.finishReason };
  }

  /** The finished text. */
  output(): GenerateOutput {
    const { text, tokens, promptLength, logprob } = this;
    return {
      text,
      tokens,
      newTokens: tokens.slice(promptLength),
      promptLength,
      finishReason: this.finishReason!,
      logprob,
    };
  }

  /**
   * The text held back as part of a character or of a stop string; if it completes a stop string, that still counts.
   */
  private flush(): string {
    const { text, stop } = this.stops.push(this.stream?.flush() ?? '');
    if (stop) this.finishReason = 'stop';
    return text + this.stops.end();
  }
}
