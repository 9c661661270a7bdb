import type { Sampler } from '@residual/sampling';
import { prefillOrStep, type StepOutput } from '../prefill-or-step.js';
import type { Step } from '../sampling-policy.js';
import { SamplingPolicy } from '../sampling-policy.js';
import type { GenerateOutput, Sequence } from '../sequence.js';
import { checkDrafts } from './check-drafts.js';

/**
 * One sequence whose next tokens were drafted. At each position the sampler chooses from the logits of the model, as
 * without a draft; while it chooses what was drafted, the logits after that are valid too and give the next token.
 */
export class SpeculativePolicy extends SamplingPolicy {
  /** The drafted tokens that the next pass checks. */
  drafted: readonly number[] = [];
  private draftedCount = 0;
  private acceptedCount = 0;

  constructor(sequence: Sequence, choose: Sampler) {
    super([sequence], choose);
  }

  /** Reads the drafted tokens too, once all before them but one are in the cache. */
  readonly read: typeof prefillOrStep = (batch, sequences, options) => {
    const tokens = [...sequences[0]!.tokens, ...this.drafted];
    const rows = this.drafted.length + 1;
    const isReady = rows > 1 && batch.length === batch.padding[0]! + tokens.length - rows;
    return isReady ? checkDrafts(batch, tokens.slice(-rows), options) : prefillOrStep(batch, sequences, options);
  };

  /** With a mask it reads the rows: the masks after drafted tokens are not known before these are accepted. */
  override get readsRow(): boolean {
    return super.readsRow || this.choose.tokenMask !== undefined;
  }

  override get maskOf(): undefined {
    return undefined;
  }

  /** The only sequence. */
  get sequence(): Sequence {
    return this.sequences[0]!;
  }

  override *advance({ rows, logits, largest, taps }: StepOutput): Generator<Step> {
    const { sequence, drafted } = this;
    const checked = rows - 1; // a pass that had more to read checks none
    this.draftedCount += checked;
    for (let row = 0; row <= checked && !sequence.isFinished; row++) {
      const output = { rows: 1, logits: () => logits(0, row), largest: () => largest(0, row), taps };
      const isDrafted = row < checked;
      for (const step of super.advance(output)) {
        const isAccepted = isDrafted && step.token === drafted[row];
        if (isAccepted) this.acceptedCount++;
        yield { ...step, drafted: isAccepted };
        if (!isAccepted) return;
      }
    }
  }

  override outputs(): GenerateOutput[] {
    const counts = { draftedTokens: this.draftedCount, acceptedTokens: this.acceptedCount };
    return super.outputs().map(output => ({ ...output, ...counts }));
  }
}
