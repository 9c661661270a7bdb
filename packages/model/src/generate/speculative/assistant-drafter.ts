import { emptyScope } from '@residual/layers';
import type { Sampler } from '@residual/sampling';
import type { CacheForm } from '@residual/tensor';
import type { CachedBatch } from '../cached-batch.js';
import type { DecodeModel } from '../decode-model.js';
import type { DecoderInput } from '../decoder-input.js';
import { prefillOrStep } from '../prefill-or-step.js';
import type { Drafter } from './drafter.js';

/** The settings of an `AssistantDrafter`. */
export interface AssistantSettings {
  /** Chooses its tokens; with the seed of the model itself, so that both draw with the same random numbers. */
  readonly choose: Sampler;
  /** The number of tokens of the prompt. */
  readonly promptLength: number;
  /** It stops before a token that it gives a smaller probability than this. */
  readonly confidenceThreshold: number;
  /** The tokens of the model that checks; a token above them is not drafted. */
  readonly vocab: number;
  /** After one of these tokens it drafts nothing. */
  readonly eosTokenIds: readonly number[];
  readonly cache?: CacheForm | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A smaller model with the same tokens drafts, with a key-value cache of its own (Leviathan et al. 2023). */
export class AssistantDrafter implements Drafter {
  private readonly model: DecodeModel;
  private readonly input: DecoderInput;
  private readonly settings: AssistantSettings;
  private readonly maxLength: number;
  private batch: CachedBatch | undefined;

  /** `input` is the prompt of the generation, or its source, as the assistant reads it. */
  constructor(model: DecodeModel, input: DecoderInput, maxLength: number, settings: AssistantSettings) {
    this.model = model;
    this.input = input;
    this.settings = settings;
    this.maxLength = model.openEnded ? maxLength : Math.min(maxLength, model.maxPositions);
    model.check();
    model.capturedSteps.syncWeights();
  }

  async draft(tokens: readonly number[], limit: number): Promise<readonly number[]> {
    const count = Math.min(limit, this.maxLength - tokens.length);
    for (;;) {
      try {
        return count > 0 ? await this.attempt(tokens, count) : [];
      } catch (error) {
        this.end();
        if (!(await this.model.recover(error, this.settings.signal))) throw error;
      }
    }
  }

  dispose(): void {
    this.end();
    this.model.capturedSteps.release();
  }

  private end(): void {
    this.batch?.dispose();
    this.batch = undefined;
  }

  private async attempt(tokens: readonly number[], count: number): Promise<readonly number[]> {
    const { model, settings } = this;
    const { choose, promptLength, confidenceThreshold, vocab, eosTokenIds, signal } = settings;
    model.check();
    this.batch ??= await this.start();
    const { batch } = this;
    batch.rewind(Math.min(batch.length, tokens.length - 1)); // the drafts that were not accepted
    const all = [...tokens];
    while (all.length < tokens.length + count) {
      const context = { tokens: all, promptLength, batchIndex: 0 };
      const { logits, largest } = await prefillOrStep(batch, [{ tokens: all, isFinished: false }], {
        fixedShapes: model.fixedShapes,
        mayPad: true,
        largestLogits: choose.largestLogits,
        readsRow: choose.readsRow,
        masks: choose.tokenMask && [choose.tokenMask(context)],
        recorder: undefined,
        signal,
      });
      const few = largest(0);
      const { token, logprob } = few && !choose.readsRow ? choose.nextOf(few) : choose.next(logits(0), context, few);
      if (token >= vocab || Math.exp(logprob) < confidenceThreshold) break;
      all.push(token);
      if (eosTokenIds.includes(token)) break;
      model.check(); // it may have been disposed meanwhile
    }
    return all.slice(tokens.length);
  }

  private start(): Promise<CachedBatch> {
    const { cache, signal } = this.settings;
    return this.input.startBatch({
      maxLength: this.maxLength,
      padding: [0],
      cache,
      scope: emptyScope,
      yieldTurn: () => this.model.yieldTurn(signal),
    });
  }
}
