import { nextTurn } from '@residual/base';
import { type Recorder, record } from '@residual/layers';
import { type Choice, finishReason, type GreedyOptions, type Sampler, sampler, stopStrings } from '@residual/sampling';
import { expectOptions, ResidualError } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import { advance, type Seen } from './advance.js';
import { expectFunction, expectSignal, expectTexts } from './arguments.js';
import type { Begin } from './begin.js';
import type { Decoding } from './decoding.js';
import {
  checkPrompts,
  type GenerateOptions,
  type GenerationConfig,
  lengthOf,
  roomOf,
  settingsOf,
} from './generate-options.js';
import { generateNames } from './option-names.js';
import type { PlainTensor } from './plain-tensor.js';
import { type Finish, type Generated, Row } from './row.js';
import { type Zeroing, zeroing } from './zeroing.js';

/** One token and its evidence. */
export interface Step extends Choice {
  /** The row of the batch, 0 for a single prompt. */
  readonly row: number;
  /** Counts the new tokens of the row from 0. */
  readonly index: number;
  /** What this token adds to the text: empty while half a character or a possible stop string is held back. */
  readonly text: string;
  /** The likeliest tokens before any processor, as many as `top` asked for. */
  readonly top: readonly Choice[];
  /**
   * The tensors asked for by `taps`, by path; one row's share of each. `attention.weights` is [heads, queryLen, keyLen]: the queries are the tokens fed in
   * this step, the keys all places so far, in a batch of unequal prompts with the padding before the row among them, which weighs 0. What belongs to a source,
   * such as the weights of an encoder or of cross-attention, has the source's own tokens and no padding.
   */
  readonly taps: Readonly<Record<string, PlainTensor>>;
  /** The seed by which the run draws its tokens, given or new; absent where nothing is drawn. */
  readonly seed?: number;
  /** Why the row ends here, on its last step. */
  readonly finishReason?: Finish;
}

/** What generation works on. */
export interface Generator {
  readonly vocab: number;
  /** Begins rows anew, after a lost context too. */
  readonly begin: Begin;
  readonly tokenizer: Tokenizer | undefined;
  readonly positions: number;
  /** Whether more positions than these can be computed. */
  readonly openEnded: boolean;
  readonly generationConfig: GenerationConfig;
  readonly ends: readonly number[];
  /** Runs before each step: the weights must be on the active backend. */
  readonly check: () => void;
  /** Whether the active backend compiles programs per shape, so that prompts are fed in few lengths. */
  readonly fixedShapes: () => boolean;
  /** After an error: makes the weights anew where that helps; false where the error stands. */
  readonly recover: (error: unknown, signal: AbortSignal | undefined) => Promise<boolean>;
}

/** Steps of all rows as they come; the return value is the rows. */
export async function* generateRows(
  generator: Generator,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): AsyncGenerator<Step, Generated[]> {
  generator.check();
  expectOptions('generate', options, generateNames);
  const positions = roomOf(options, generator);
  const longest = checkPrompts('generate', generator.vocab, positions, prompts);
  const settings = settingsOf(options, generator.generationConfig, generator.ends);
  expectTexts('generate', 'taps', settings.taps);
  expectTexts('generate', 'stop', settings.stop);
  expectSignal('generate', settings.signal);
  expectFunction('generate', 'allowedTokens', settings.allowedTokens);
  const {
    maxNewTokens: _length,
    positions: _room,
    stop = [],
    taps = [],
    zeroed,
    skipSpecialTokens,
    signal,
    ...sampling
  } = settings;
  if (stop.length > 0 && !generator.tokenizer) {
    throw new ResidualError(
      'option',
      'generate: stop strings need a tokenizer, this model has none; end tokens by eos',
    );
  }
  const choose: Sampler = sampler(sampling as GreedyOptions);
  const seed = choose.seed === undefined ? {} : { seed: choose.seed };
  const limits = { eos: sampling.eos, positions };
  const rows = prompts.map(prompt => {
    const maxNewTokens = lengthOf(options, generator.generationConfig, prompt.length);
    const stream = generator.tokenizer?.decodeStream({ skipSpecialTokens });
    return new Row(prompt, finishReason({ ...limits, maxNewTokens }), stopStrings(stop), stream);
  });
  const padding = prompts.map(prompt => longest - prompt.length);
  let zero: Zeroing | undefined;
  let recorder: Recorder | undefined;
  let decoding: Decoding | undefined;
  let fed = rows.map((_, i) => i); // the rows that the decoding holds
  const giveWay = async () => {
    await nextTurn(signal);
    generator.check();
  };
  const release = () => {
    decoding?.dispose();
    recorder?.dispose();
    decoding = undefined;
  };
  try {
    while (rows.some(row => row.finish === undefined)) {
      await giveWay();
      let seen: Seen;
      try {
        zero ??= zeroing('generate', zeroed);
        recorder = taps.length > 0 ? (recorder ?? record(taps, zero.scope, 'generate: taps')) : undefined;
        if (!decoding) fed = rows.map((_, i) => i);
        decoding ??= await generator.begin({ positions, padding, scope: (recorder ?? zero).scope, giveWay });
        const fixedShapes = taps.length === 0 && generator.fixedShapes(); // taps show what was fed, nothing beside it
        const open = fed.filter(i => rows[i]!.finish === undefined);
        if (taps.length === 0 && !fixedShapes && isWorthLess(open.length, fed.length)) {
          decoding.keep(open.map(i => fed.indexOf(i)));
          fed = open;
        }
        const [texts, before] = [fed.map(i => rows[i]!), fed.map(i => padding[i]!)];
        seen = await advance(decoding, texts, before, fixedShapes, recorder, signal);
        zero.expectUsed();
        recorder?.expectFound();
      } catch (error) {
        release();
        if (!(await generator.recover(error, signal))) throw error;
        continue; // the rows are fed again from their beginning
      }
      for (const [at, i] of fed.entries()) {
        const row = rows[i]!;
        if (row.finish !== undefined) continue;
        const index = row.tokens.length - row.promptLength;
        const { text, sample, finish } = row.take(choose, seen.logits(at), i);
        yield { ...sample, row: i, index, text, taps: seen.taps(at), ...seed, ...(finish && { finishReason: finish }) };
      }
    }
    return rows.map(row => ({ ...row.generated(), ...seed }));
  } finally {
    release();
  }
}

/** Whether so many of the rows that are fed go on that the others are worth leaving out. */
export function isWorthLess(open: number, fed: number): boolean {
  return open > 0 && open <= 0.8 * fed;
}
