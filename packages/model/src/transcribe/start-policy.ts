import type { DecodePolicy } from '../generate/decode.js';
import type { ActiveSequence, StepOutput } from '../generate/prefill-or-step.js';
import type { Sequences } from '../sequences.js';

/** The settings of a `StartPolicy`. */
export interface StartOptions {
  /** The first tokens of each prompt. */
  readonly starts: Sequences;
  /** Whether tokens of the prompts follow; as many in each of them. */
  readonly hasMore: boolean;
  /** Called with the logits [vocab] after the first tokens of each prompt. */
  readonly onStart: (logits: (prompt: number) => Float32Array) => void;
}

/**
 * A policy whose prompts are fed in two steps, so that the logits within them are seen: those after the start token
 * say whether there is speech.
 */
export class StartPolicy<Step, Output> implements DecodePolicy<Step, Output> {
  private readonly inner: DecodePolicy<Step, Output>;
  private readonly options: StartOptions;
  private isStarted = false;

  constructor(inner: DecodePolicy<Step, Output>, options: StartOptions) {
    this.inner = inner;
    this.options = options;
  }

  get sequences(): readonly ActiveSequence[] {
    if (this.isStarted) return this.inner.sequences;
    return this.options.starts.map(tokens => ({ tokens, isFinished: false }));
  }

  get parents(): Int32Array | undefined {
    return this.isStarted ? this.inner.parents : undefined;
  }

  get isDone(): boolean {
    return this.isStarted && this.inner.isDone;
  }

  *advance(output: StepOutput): Generator<Step> {
    if (!this.isStarted) {
      this.isStarted = true;
      this.options.onStart(output.logits);
      if (this.options.hasMore) return;
    }
    yield* this.inner.advance(output);
  }

  outputs(): Output {
    return this.inner.outputs();
  }
}
