import type { Choice, Sampler } from '@residual/sampling';
import { findsLargestLogits } from '@residual/tensor';
import type { PlainTensor } from '../plain-tensor.js';
import type { DecodePolicy } from './decode.js';
import type { StepOutput } from './prefill-or-step.js';
import type { FinishReason, GenerateOutput, Sequence } from './sequence.js';

/** One new token and its probabilities. */
export interface Step extends Choice {
  /** Index of its prompt in the batch; 0 for a single prompt. */
  readonly batchIndex: number;
  /** Index of the token among the new tokens of its sequence, from 0. */
  readonly index: number;
  /** What this token adds to the text; empty while part of a character or of a possible stop string is held back. */
  readonly text: string;
  /** The tokens that the model itself finds most likely, as many as the option `topLogprobs` says. */
  readonly topLogprobs: readonly Choice[];
  /**
   * The tensors that `taps` names, by path, for this sequence. `attention.weights` is [heads, queryLen, keyLen]: the
   * queries are the tokens fed in this step, the keys all positions so far. In a batch of unequal prompts the keys
   * include the padding before the sequence, with weight 0. Tensors of a source, such as the weights of an encoder or
   * of cross-attention, cover the tokens of the source without padding.
   */
  readonly taps: Readonly<Record<string, PlainTensor>>;
  /** Whether the token had been drafted, so that it needed no pass of its own; absent if nothing is drafted. */
  readonly drafted?: boolean;
  /** The seed of this run, the caller's or a new one; absent if nothing is sampled. */
  readonly seed?: number;
  /** Why the sequence ended, on its last step. */
  readonly finishReason?: FinishReason;
}

/** One sequence for each prompt; a sampler, which may be greedy, chooses each next token. */
export class SamplingPolicy implements DecodePolicy<Step, GenerateOutput[]> {
  readonly sequences: readonly Sequence[];
  protected readonly choose: Sampler;

  constructor(sequences: readonly Sequence[], choose: Sampler) {
    this.sequences = sequences;
    this.choose = choose;
  }

  get largestLogits(): number | undefined {
    return this.choose.largestLogits;
  }

  get readsRow(): boolean {
    return this.choose.readsRow;
  }

  get maskOf(): ((sequence: number) => Uint32Array) | undefined {
    const { tokenMask } = this.choose;
    if (!tokenMask || !findsLargestLogits()) return undefined; // the choice reads the row, and asks for the mask itself
    return index => tokenMask(this.sequences[index]!.contextOf(index));
  }

  get isDone(): boolean {
    return this.sequences.every(({ isFinished }) => isFinished);
  }

  *advance({ logits, largest, taps }: StepOutput): Generator<Step> {
    for (const [batchIndex, sequence] of this.sequences.entries()) {
      if (sequence.isFinished) continue;
      const index = sequence.tokens.length - sequence.promptLength;
      const { text, sample, finishReason } = sequence.sampleNext(
        this.choose,
        { logits: logits(batchIndex), largest: largest(batchIndex) },
        batchIndex,
      );
      const end = finishReason && { finishReason };
      yield { ...sample, batchIndex, index, text, taps: taps(batchIndex), ...this.seed, ...end };
    }
  }

  outputs(): GenerateOutput[] {
    return this.sequences.map(sequence => ({ ...sequence.output(), ...this.seed }));
  }

  private get seed(): { readonly seed?: number } {
    const { seed } = this.choose;
    return seed === undefined ? {} : { seed };
  }
}
