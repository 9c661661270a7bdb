import type { Sample, Sampler, SequenceContext, StopStrings, TokenFinishReason } from '@residual/sampling';
import type { DecodeStream } from '@residual/tokenizer';

/** Why a row ended: an end token, the number of tokens, the positions, a stop string. */
export type FinishReason = TokenFinishReason | 'stop';

/** A whole row. */
export interface GenerateOutput {
  /** The new text, without prompt and stop string. */
  readonly text: string;
  /** Prompt and new tokens. */
  readonly tokens: readonly number[];
  readonly newTokens: readonly number[];
  readonly promptLength: number;
  readonly finishReason: FinishReason;
  /** Sum of the natural logs of the new tokens' probabilities, as the model gave them. */
  readonly logprob: number;
  /** The seed by which its tokens were drawn, given or new; absent where they were not drawn. */
  readonly seed?: number;
}

/** One text on its way: its tokens, what was shown of it, and whether it ended. */
export class Sequence implements SequenceContext {
  readonly tokens: number[];
  readonly promptLength: number;
  finishReason: FinishReason | undefined;
  private readonly finishReasonOf: (context: SequenceContext) => TokenFinishReason | undefined;
  private readonly stops: StopStrings;
  private readonly stream: DecodeStream | undefined;
  private text = '';
  private logprob = 0;

  constructor(
    prompt: readonly number[],
    finishReasonOf: (context: SequenceContext) => TokenFinishReason | undefined,
    stops: StopStrings,
    stream: DecodeStream | undefined,
  ) {
    this.tokens = [...prompt];
    this.promptLength = prompt.length;
    this.finishReasonOf = finishReasonOf;
    this.stops = stops;
    this.stream = stream;
    for (const id of prompt) stream?.push(id);
    this.finishReason = finishReasonOf(this);
  }

  /** Chooses the next token from `logits` [vocab]; gives it with the text that may be shown by now, and the reason if the row ends. */
  sampleNext(
    choose: Sampler,
    logits: Float32Array,
    batchIndex: number,
  ): { sample: Sample; text: string; finishReason: FinishReason | undefined } {
    const { tokens, promptLength } = this;
    const sample = choose.next(logits, { tokens, promptLength, batchIndex });
    tokens.push(sample.token);
    this.logprob += sample.logprob;
    const { text: ready, stop } = this.stops.push(this.stream?.push(sample.token) ?? '');
    this.finishReason = stop ? 'stop' : this.finishReasonOf(this);
    const text = ready + (this.finishReason && !stop ? this.flush() : '');
    this.text += text;
    return { sample, text, finishReason: this.finishReason };
  }

  /** The row as a whole. */
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

  /** What was held back as half a character or the beginning of a stop string; a stop string that it completes still counts. */
  private flush(): string {
    const { text, stop } = this.stops.push(this.stream?.flush() ?? '');
    if (stop) this.finishReason = 'stop';
    return text + this.stops.end();
  }
}
