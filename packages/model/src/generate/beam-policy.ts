import type { BeamSearch, BeamStep, Hypothesis } from '@residual/sampling/beams';
import type { Tokenizer } from '@residual/tokenizer';
import type { Sequences } from '../sequences.js';
import type { DecodePolicy } from './decode.js';
import type { ActiveSequence, StepOutput } from './prefill-or-step.js';

/** A text that a beam search found. */
export interface BeamResult extends Hypothesis {
  /** The new text, without prompt or end token. */
  readonly text: string;
}

/** One beam after a step. */
export interface BeamState {
  /** The token that it took. */
  readonly token: number;
  /** The beam of the same prompt that it continues. */
  readonly parent: number;
  /** Sum of the log-probabilities of its tokens. */
  readonly sum: number;
  /** Natural log of the token's probability under the model. */
  readonly logprob: number;
}

/** The result of one step of a beam search, by prompt. */
export interface BeamSearchStep {
  /** The number of this step, from 0. */
  readonly index: number;
  /** The beams that continue; none for a prompt that is done. */
  readonly beams: readonly (readonly BeamState[])[];
  /** The texts that finished in this step and are among the best so far. */
  readonly finished: readonly (readonly BeamResult[])[];
}

/** The settings of a `BeamPolicy`. */
export interface BeamPolicyOptions {
  /** How many beams each prompt has after the first step. */
  readonly numBeams: number;
  /** Decodes the texts; without it they are empty. */
  readonly tokenizer: Pick<Tokenizer, 'decode'> | undefined;
  /** Whether texts leave out special tokens; default true. */
  readonly skipSpecialTokens?: boolean | undefined;
}

/**
 * Several sequences for each prompt, its beams; a beam search chooses which of them continue. Before the first step the
 * beams of a prompt are one sequence.
 */
export class BeamPolicy implements DecodePolicy<BeamSearchStep, BeamResult[][]> {
  sequences: readonly ActiveSequence[];
  parents: Int32Array | undefined;
  private readonly search: BeamSearch;
  private readonly options: BeamPolicyOptions;

  constructor(search: BeamSearch, prompts: Sequences, options: BeamPolicyOptions) {
    this.search = search;
    this.options = options;
    this.sequences = prompts.map(tokens => ({ tokens, isFinished: false }));
  }

  get isDone(): boolean {
    return this.search.done;
  }

  *advance({ logits }: StepOutput): Generator<BeamSearchStep> {
    const { search, sequences } = this;
    const { numBeams } = this.options;
    const isFirst = this.parents === undefined;
    const step = search.step(row => logits(isFirst ? Math.floor(row / numBeams) : row));
    const active = new Set(search.activeSequences.map(row => Math.floor(row / numBeams)));
    this.parents = step.parents;
    this.sequences = Array.from(step.parents, (parent, row): ActiveSequence => {
      const { tokens } = sequences[isFirst ? Math.floor(parent / numBeams) : parent]!;
      const isFinished = !active.has(Math.floor(row / numBeams));
      return { tokens: [...tokens, step.tokens[row]!], isFinished };
    });
    yield this.stepOf(step);
  }

  outputs(): BeamResult[][] {
    return this.search.results().map(hypotheses => hypotheses.map(each => this.withText(each)));
  }

  private withText(hypothesis: Hypothesis): BeamResult {
    const { newTokens, finishReason } = hypothesis;
    const { tokenizer, skipSpecialTokens } = this.options;
    const tokens = finishReason === 'eos' ? newTokens.slice(0, -1) : newTokens;
    return { ...hypothesis, text: tokenizer?.decode(tokens, { skipSpecialTokens }) ?? '' };
  }

  private stepOf({ index, tokens, parents, sums, logprobs, finished }: BeamStep): BeamSearchStep {
    const { numBeams } = this.options;
    const active = new Set(this.search.activeSequences);
    const beamOf = (row: number): BeamState => ({
      token: tokens[row]!,
      parent: parents[row]! % numBeams,
      sum: sums[row]!,
      logprob: logprobs[row]!,
    });
    const rowsOf = (prompt: number) => Array.from({ length: numBeams }, (_, beam) => prompt * numBeams + beam);
    return {
      index,
      beams: finished.map((_, prompt) =>
        rowsOf(prompt)
          .filter(row => active.has(row))
          .map(beamOf),
      ),
      finished: finished.map(hypotheses => hypotheses.map(each => this.withText(each))),
    };
  }
}
