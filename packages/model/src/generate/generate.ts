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

/** One token and its evidence. */
export interface Step extends Choice {
  /** The row of the batch, 0 for a single prompt. */
  readonly batchIndex: number;
  /** Counts the new tokens of the row from 0. */
  readonly index: number;
  /** What this token adds to the text: empty while half a character or a possible stop string is held back. */
  readonly text: string;
  /** The likeliest tokens before any processor, as many as `top` asked for. */
  readonly topLogprobs: readonly Choice[];
  /**
   * The tensors asked for by `taps`, by path; one row's share of each. `attention.weights` is [heads, queryLen, keyLen]: the queries are the tokens fed in
   * this step, the keys all places so far, in a batch of unequal prompts with the padding before the row among them, which weighs 0. What belongs to a source,
   * such as the weights of an encoder or of cross-attention, has the source's own tokens and no padding.
   */
  readonly taps: Readonly<Record<string, PlainTensor>>;
  /** The seed by which the run draws its tokens, given or new; absent where nothing is drawn. */
  readonly seed?: number;
  /** Why the row ends here, on its last step. */
  readonly finishReason?: FinishReason;
}

/** What generation works on. */
export interface DecodeModel {
  readonly vocab: number;
  /** Begins rows anew, after a lost context too. */
  readonly startSession: StartSession;
  readonly tokenizer: Tokenizer | undefined;
  readonly maxPositions: number;
  /** Whether more positions than these can be computed. */
  readonly openEnded: boolean;
  readonly generationConfig: GenerationConfig;
  readonly eosTokenIds: readonly number[];
  /** Runs before each step: the weights must be on the active backend. */
  readonly check: () => void;
  /** Whether the active backend compiles programs per shape, so that prompts are fed in few lengths. */
  readonly fixedShapes: () => boolean;
  /** After an error: makes the weights anew where that helps; false where the error stands. */
  readonly recover: (error: unknown, signal: AbortSignal | undefined) => Promise<boolean>;
}

/** Steps of all rows as they come; the return value is the rows. */
export async function* generateSequences(
  generator: DecodeModel,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): AsyncGenerator<Step, GenerateOutput[]> {
  generator.check();
  expectOptions('generate', options, generateNames);
  const maxLength = maxLengthOf(options, generator);
  const longest = checkPrompts('generate', generator.vocab, maxLength, prompts);
  const settings = settingsOf(options, generator.generationConfig, generator.eosTokenIds);
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
  if (strings.length > 0 && !generator.tokenizer) {
    throw new ResidualError(
      'option',
      'generate: stop strings need a tokenizer, this model has none; end tokens by eosTokenId',
    );
  }
  const choose: Sampler = sampler(sampling as GreedyOptions);
  const seed = choose.seed === undefined ? {} : { seed: choose.seed };
  const sequences = prompts.map(prompt => {
    const maxNewTokens = maxNewTokensOf(options, generator.generationConfig, prompt.length);
    const stream = generator.tokenizer?.decodeStream({ skipSpecialTokens });
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
  let activeSequences = sequences.map((_, i) => i); // the rows that the decoding holds
  const yieldTurn = async () => {
    await yieldToEventLoop(signal);
    generator.check();
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
        session ??= await generator.startSession({
          maxLength,
          padding,
          scope: (recorder ?? ablation).scope,
          yieldTurn,
        });
        const fixedShapes = taps.length === 0 && generator.fixedShapes(); // taps show what was fed, nothing beside it
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
        if (!(await generator.recover(error, signal))) throw error;
        continue; // the rows are fed again from their beginning
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

/** Whether so many of the rows that are fed go on that the others are worth leaving out. */
export function isWorthCompacting(open: number, held: number): boolean {
  return open > 0 && open <= 0.8 * held;
}
