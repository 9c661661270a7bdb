import { yieldToEventLoop } from '@residual/base';
import { type Recorder, record } from '@residual/layers';
import { type Choice, finishReason, type GreedyOptions, type Sampler, sampler, stopStrings } from '@residual/sampling';
import { expectOptions, ResidualError } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import { type AblationScope, ablationScope } from '../ablation.js';
import { expectFunction, expectSignal, expectTexts } from '../arguments.js';
import type { PlainTensor } from '../plain-tensor.js';
import type { DecodeSession } from './decode-session.js';
import { generateNames } from './option-names.js';
import {
  checkPrompts,
  type GenerateOptions,
  type GenerationConfig,
  maxLengthOf,
  maxNewTokensOf,
  settingsOf,
} from './options.js';
import { prefillOrStep, type StepOutput } from './prefill-or-step.js';
import { type FinishReason, type GenerateOutput, Sequence } from './sequence.js';
import type { StartSession } from './start.js';

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
  /** The seed of this run, the caller's or a new one; absent if nothing is sampled. */
  readonly seed?: number;
  /** Why the sequence ended, on its last step. */
  readonly finishReason?: FinishReason;
}

/** The model as generation sees it. */
export interface DecodeModel {
  readonly vocab: number;
  /** Starts a session; again after a lost context. */
  readonly startSession: StartSession;
  readonly tokenizer: Tokenizer | undefined;
  readonly maxPositions: number;
  /** Whether sequences may be longer than `maxPositions`. */
  readonly openEnded: boolean;
  readonly generationConfig: GenerationConfig;
  readonly eosTokenIds: readonly number[];
  /** Runs before each step; throws unless the weights are on the active backend. */
  readonly check: () => void;
  /** Whether the backend compiles programs by shape, so that prompts are fed in few lengths. */
  readonly fixedShapes: () => boolean;
  /** After an error, reloads the weights if the context was lost; false if that does not help. */
  readonly recover: (error: unknown, signal: AbortSignal | undefined) => Promise<boolean>;
}

/** Generates from all prompts, [batch][length], at once. Yields the steps of all sequences and returns the outputs. */
export async function* generateSequences(
  model: DecodeModel,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): AsyncGenerator<Step, GenerateOutput[]> {
  model.check();
  expectOptions('generate', options, generateNames);
  const maxLength = maxLengthOf(options, model);
  const longest = checkPrompts('generate', model.vocab, maxLength, prompts);
  const settings = settingsOf(options, model.generationConfig, model.eosTokenIds);
  expectTexts('generate', 'taps', settings.taps);
  expectTexts('generate', 'stopStrings', settings.stopStrings);
  expectSignal('generate', settings.signal);
  expectFunction('generate', 'allowedTokens', settings.allowedTokens);
  const {
    maxNewTokens: _maxNewTokens,
    maxLength: _maxLength,
    stopStrings: strings = [],
    taps = [],
    ablate,
    skipSpecialTokens,
    signal,
    ...sampling
  } = settings;
  if (strings.length > 0 && !model.tokenizer) {
    throw new ResidualError(
      'option',
      'generate: stop strings need a tokenizer, this model has none; end tokens by eosTokenId',
    );
  }
  const choose: Sampler = sampler(sampling as GreedyOptions);
  const seed = choose.seed === undefined ? {} : { seed: choose.seed };
  const sequences = prompts.map(prompt => {
    const maxNewTokens = maxNewTokensOf(options, model.generationConfig, prompt.length);
    const stream = model.tokenizer?.decodeStream({ skipSpecialTokens });
    return new Sequence(
      prompt,
      finishReason({ eosTokenId: sampling.eosTokenId, maxNewTokens, maxLength }),
      stopStrings(strings),
      stream,
    );
  });
  const padding = prompts.map(prompt => longest - prompt.length);
  let ablation: AblationScope | undefined;
  let recorder: Recorder | undefined;
  let session: DecodeSession | undefined;
  let activeSequences = sequences.map((_, i) => i); // the sequences that the session holds
  const yieldTurn = async () => {
    await yieldToEventLoop(signal);
    model.check();
  };
  const release = () => {
    session?.dispose();
    recorder?.dispose();
    session = undefined;
  };
  try {
    while (sequences.some(({ finishReason }) => finishReason === undefined)) {
      await yieldTurn();
      let output: StepOutput;
      try {
        ablation ??= ablationScope('generate', ablate);
        recorder = taps.length > 0 ? (recorder ?? record(taps, ablation.scope, 'generate: taps')) : undefined;
        if (!session) activeSequences = sequences.map((_, i) => i);
        session ??= await model.startSession({
          maxLength,
          padding,
          scope: (recorder ?? ablation).scope,
          yieldTurn,
        });
        // Taps show only what was fed, no extra tokens.
        const fixedShapes = taps.length === 0 && model.fixedShapes();
        const open = activeSequences.filter(i => sequences[i]!.finishReason === undefined);
        if (taps.length === 0 && !fixedShapes && isWorthCompacting(open.length, activeSequences.length)) {
          session.compact(open.map(i => activeSequences.indexOf(i)));
          activeSequences = open;
        }
        const [texts, before] = [activeSequences.map(i => sequences[i]!), activeSequences.map(i => padding[i]!)];
        output = await prefillOrStep(session, texts, before, fixedShapes, recorder, signal);
        ablation.expectUsed();
        recorder?.expectAllMatched();
      } catch (error) {
        release();
        if (!(await model.recover(error, signal))) throw error;
        continue; // the sequences are fed again from the start
      }
      for (const [at, i] of activeSequences.entries()) {
        const sequence = sequences[i]!;
        if (sequence.finishReason !== undefined) continue;
        const index = sequence.tokens.length - sequence.promptLength;
        const { text, sample, finishReason } = sequence.sampleNext(choose, output.logits(at), i);
        yield {
          ...sample,
          batchIndex: i,
          index,
          text,
          taps: output.taps(at),
          ...seed,
          ...(finishReason && { finishReason }),
        };
      }
    }
    return sequences.map(sequence => ({ ...sequence.output(), ...seed }));
  } finally {
    release();
  }
}

/** Whether so few of the `held` sequences are still open that dropping the others pays off. */
export function isWorthCompacting(open: number, held: number): boolean {
  return open > 0 && open <= 0.8 * held;
}
