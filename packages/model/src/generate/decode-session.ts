import { type Recorder, record, type Scope } from '@residual/layers';
import { type CacheForm, expectCacheForm } from '@residual/tensor';
import { expectAllUsed, type InterventionOptions, interventionScope } from '../interventions.js';
import { longestOf } from '../sequences.js';
import type { CachedBatch } from './cached-batch.js';
import type { DecodeModel } from './decode-model.js';
import type { DecoderInput } from './decoder-input.js';
import { type ActiveSequence, prefillOrStep, type StepOutput } from './prefill-or-step.js';
import type { PrefixCache } from './prefix-cache.js';
import type { LogitsWanted } from './read-logits.js';

/** The options of a `DecodeSession`. */
export interface DecodeSessionOptions extends InterventionOptions {
  /** The function that errors name. */
  readonly caller: string;
  /** How many tokens a sequence may have; with `contextKeep` its padding counts too. */
  readonly maxLength: number;
  /** Paths of taps that each step returns. */
  readonly taps?: readonly string[] | undefined;
  /** Ends the session before its next step. */
  readonly signal?: AbortSignal | undefined;
  /** How the cache stores keys and values; default `f32`. */
  readonly cache?: CacheForm | undefined;
  /** How many first tokens stay where the oldest are dropped from a full cache; none are dropped if absent. */
  readonly contextKeep?: number | undefined;
}

/** The sequences of all prompts before a step. */
export interface DecodeState extends Omit<LogitsWanted, 'masks'> {
  /** The same number of consecutive sequences, its beams, for each prompt. */
  readonly sequences: readonly ActiveSequence[];
  /** The sequence of the previous step that each sequence continues; undefined if each continues itself. */
  readonly parents?: Int32Array | undefined;
  /** The mask of a sequence whose largest allowed logit is read. */
  readonly maskOf?: ((sequence: number) => Uint32Array) | undefined;
  /** What reads the tokens of a step, in the place of `prefillOrStep`. */
  readonly read?: typeof prefillOrStep;
}

/**
 * The decoding of several prompts by one model, step by step. The first step starts the batch, later ones drop the
 * sequences of finished prompts. If the backend has lost its context, the session starts again with all tokens so far.
 * A policy chooses the tokens; `dispose` frees the tensors.
 */
export class DecodeSession {
  private readonly model: DecodeModel;
  private readonly input: DecoderInput;
  private readonly options: DecodeSessionOptions;
  /** The scope of the model, without the recorder. */
  private readonly scope: Scope;
  private recorder: Recorder | undefined;
  private batch: CachedBatch | undefined;
  /** Whether it has entered the shared steps of the model. */
  private hasEntered = false;
  /** The prompts whose sequences are in the batch. */
  private activePrompts: readonly number[] = [];
  /** The sequences of the last step, which grow. */
  private sequences: readonly ActiveSequence[] = [];

  constructor(model: DecodeModel, input: DecoderInput, options: DecodeSessionOptions) {
    if (options.cache !== undefined) expectCacheForm(options.caller, options.cache);
    this.model = model;
    this.input = input;
    this.options = options;
    this.scope = interventionScope(options.caller, options);
  }

  /**
   * Feeds the tokens that are not in the cache yet, first whole prompts, later one token of each sequence, and returns
   * the logits after them. Yields to the event loop first. A step of a single sequence shares its pass with other
   * generations.
   */
  async step(state: DecodeState): Promise<StepOutput> {
    const { model, options } = this;
    for (;;) {
      if (!this.hasEntered) model.sharedSteps.enter();
      this.hasEntered = true;
      if (!this.isShared(state)) await model.yieldTurn(options.signal);
      try {
        return await this.attemptStep(state);
      } catch (error) {
        this.dispose();
        if (!(await model.recover(error, options.signal))) throw error;
      }
    }
  }

  /** Whether the next step reads the prompt. */
  get isReading(): boolean {
    return this.batch === undefined;
  }

  /** Frees the recorded taps and the batch, unless the input takes it over; another step would start again. */
  end(): void {
    const { batch, input, sequences } = this;
    this.leaveSharedSteps();
    this.cutDrafts();
    if (batch?.dropped === 0 && input.endBatch) {
      this.batch = undefined;
      input.endBatch(
        batch,
        sequences.map(({ tokens }) => tokens),
      );
    }
    this.dispose();
  }

  /** Frees the batch and the recorded taps; another step would start again. */
  dispose(): void {
    this.leaveSharedSteps();
    this.batch?.dispose();
    this.recorder?.dispose();
    this.batch = undefined;
    this.recorder = undefined;
  }

  /** Cuts the drafted tokens that did not become part of the only sequence off its cache. */
  private cutDrafts(): void {
    const { batch, sequences } = this;
    if (!batch || sequences.length !== 1) return;
    const length = batch.padding[0]! + sequences[0]!.tokens.length - batch.dropped - 1;
    if (batch.length > length) batch.rewind(length);
  }

  private async attemptStep(state: DecodeState): Promise<StepOutput> {
    const { sequences, parents, largestLogits, readsRow, maskOf, read = prefillOrStep } = state;
    const { taps = [], hooks = [], caller, signal } = this.options;
    const beams = sequences.length / this.input.prompts.length;
    this.sequences = sequences;
    this.cutDrafts();
    if (taps.length > 0) this.recorder ??= record(taps, this.scope, `${caller}: taps`);
    if (this.batch) this.branch(this.batch, beams, parents);
    else {
      this.batch = await this.start(beams);
      if (this.batch.length === 0) this.prefixCache?.fill(this.batch, sequences[0]!.tokens);
    }
    const { recorder } = this;
    const isObserved = recorder !== undefined || hooks.length > 0; // by what sees the tokens fed, without padding
    const fixedShapes = !isObserved && this.model.fixedShapes;
    if (!isObserved && !fixedShapes) this.compact(this.batch, sequences, beams);
    const indices = this.activePrompts.flatMap(prompt => Array.from({ length: beams }, (_, i) => prompt * beams + i));
    const active = indices.map(index => sequences[index]!);
    const output = await read(this.batch, active, {
      fixedShapes,
      mayPad: !this.model.isRecurrent,
      largestLogits,
      readsRow,
      masks: maskOf && indices.map((index, row) => (active[row]!.isFinished ? undefined : maskOf(index))),
      recorder,
      prefixCache: this.prefixCache,
      sharedSteps: this.isShared(state) ? this.model.sharedSteps : undefined,
      signal,
    });
    expectAllUsed(recorder?.scope ?? this.scope);
    return {
      rows: output.rows,
      logits: (sequence, row) => output.logits(this.rowOf(sequence, beams), row),
      largest: (sequence, row) => output.largest(this.rowOf(sequence, beams), row),
      taps: sequence => output.taps(this.rowOf(sequence, beams)),
    };
  }

  /** Whether the next step may share its pass with other generations; it yields to the event loop itself then. */
  private isShared({ sequences, read }: DecodeState): boolean {
    const { batch, model } = this;
    const [{ tokens }] = sequences as [ActiveSequence];
    if (!batch || read || sequences.length !== 1 || batch.length !== tokens.length - batch.dropped - 1) return false;
    return batch.length < model.unscaledLength && model.sharedSteps.mayShare(batch);
  }

  /** What keeps the beginning of the prompt, if its keys do not depend on what follows it. */
  private get prefixCache(): PrefixCache | undefined {
    const { batch, model, sequences, options } = this;
    const longest = Math.min(model.unscaledLength, options.maxLength);
    const isFree = sequences.every(({ tokens }) => tokens.length <= longest);
    return isFree && batch?.isPlainSequence ? model.prefixCache : undefined;
  }

  private leaveSharedSteps(): void {
    if (this.hasEntered) this.model.sharedSteps.leave(this.batch);
    this.hasEntered = false;
  }

  private start(beams: number): Promise<CachedBatch> {
    const { prompts } = this.input;
    const longest = longestOf(prompts);
    this.activePrompts = [...prompts.keys()];
    return this.input.startBatch({
      maxLength: this.options.maxLength,
      padding: prompts.flatMap(({ length }) => Array<number>(beams).fill(longest - length)),
      beams,
      cache: this.options.cache,
      contextKeep: this.options.contextKeep,
      scope: this.recorder?.scope ?? this.scope,
      hasHooks: (this.options.hooks ?? []).length > 0,
      yieldTurn: () => this.model.yieldTurn(this.options.signal),
    });
  }

  /** After the first step of a beam search, repeats the sequence of each prompt; then each one continues its parent. */
  private branch(batch: CachedBatch, beams: number, parents: Int32Array | undefined): void {
    if (beams > batch.beams) batch.repeat(beams / batch.beams);
    if (!parents) return;
    const rows = this.activePrompts.flatMap(prompt =>
      Array.from(parents.subarray(prompt * beams, (prompt + 1) * beams), parent => this.rowOf(parent, beams)),
    );
    batch.reorder(rows);
  }

  /** Drops the sequences of finished prompts once they are a fifth of the batch, since dropping copies the cache. */
  private compact(batch: CachedBatch, sequences: readonly ActiveSequence[], beams: number): void {
    const { activePrompts } = this;
    const isOpen = (prompt: number) =>
      sequences.slice(prompt * beams, (prompt + 1) * beams).some(({ isFinished }) => !isFinished);
    const open = activePrompts.filter(isOpen);
    if (open.length === 0 || open.length > 0.8 * activePrompts.length) return;
    batch.compact(open.map(prompt => activePrompts.indexOf(prompt)));
    this.activePrompts = open;
  }

  /** The row of a sequence in the batch. */
  private rowOf(sequence: number, beams: number): number {
    return this.activePrompts.indexOf(Math.floor(sequence / beams)) * beams + (sequence % beams);
  }
}
