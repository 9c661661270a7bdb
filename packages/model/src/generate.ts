import { emptyScope, type Recorder, record, type Weights } from '@residual/layers';
import { type Choice, finishReason, type GreedyOptions, type Sampler, sampler, stopStrings } from '@residual/sampling';
import { ResidualError } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import type { LanguageModel, Part } from '@residual/transformer';
import { Decoding } from './decoding.js';
import { type GenerateOptions, type GenerationConfig, lengthOf, settingsOf } from './generate-options.js';
import { pacer } from './pacer.js';
import { type PlainTensor, plainTaps } from './plain-tensor.js';
import { type Finish, type Generated, Row } from './row.js';

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
   * this step, the keys all places so far, in a batch of unequal prompts with the padding before the row among them, which weighs 0.
   */
  readonly taps: Readonly<Record<string, PlainTensor>>;
  /** Why the row ends here, on its last step. */
  readonly finishReason?: Finish;
}

/** What generation works on. */
export interface Generator {
  readonly model: LanguageModel<Part>;
  readonly weights: () => Weights<LanguageModel<Part>>;
  readonly tokenizer: Tokenizer | undefined;
  readonly positions: number;
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
  const longest = checkPrompts(generator, prompts);
  const settings = settingsOf(options, generator.generationConfig, generator.ends);
  const { maxNewTokens: _length, stop = [], taps = [], skipSpecialTokens, signal, ...sampling } = settings;
  if (stop.length > 0 && !generator.tokenizer) {
    throw new ResidualError(
      'option',
      'generate: stop strings need a tokenizer, this model has none; end tokens by eos',
    );
  }
  const choose: Sampler = sampler(sampling as GreedyOptions);
  const limits = { eos: sampling.eos, positions: generator.positions };
  const rows = prompts.map(prompt => {
    const maxNewTokens = lengthOf(options, generator.generationConfig, prompt.length);
    const stream = generator.tokenizer?.decodeStream({ skipSpecialTokens });
    return new Row(prompt, finishReason({ ...limits, maxNewTokens }), stopStrings(stop), stream);
  });
  const padding = prompts.map(prompt => longest - prompt.length);
  const pace = pacer();
  let recorder: Recorder | undefined;
  let decoding: Decoding | undefined;
  const release = () => {
    decoding?.dispose();
    recorder?.dispose();
    decoding = undefined;
  };
  try {
    while (rows.some(row => row.finish === undefined)) {
      await pace(signal);
      generator.check();
      let seen: Seen;
      try {
        recorder = taps.length > 0 ? (recorder ?? record(taps)) : undefined;
        const scope = recorder?.scope ?? emptyScope;
        const weights = generator.weights(); // an error once the model is disposed
        decoding ??= new Decoding({ ...generator, weights, padding, scope });
        const fixedShapes = taps.length === 0 && generator.fixedShapes(); // taps show what was fed, nothing beside it
        seen = await advance(decoding, rows, padding, fixedShapes, recorder, signal);
      } catch (error) {
        release();
        if (!(await generator.recover(error, signal))) throw error;
        continue; // the rows are fed again from their beginning
      }
      for (const [i, row] of rows.entries()) {
        if (row.finish !== undefined) continue;
        const index = row.tokens.length - row.promptLength;
        const { text, sample, finish } = row.take(choose, seen.logits(i), i);
        yield { ...sample, row: i, index, text, taps: seen.taps(i), ...(finish && { finishReason: finish }) };
      }
    }
    return rows.map(row => row.generated());
  } finally {
    release();
  }
}

/** What one pass gave, by row. */
interface Seen {
  readonly logits: (row: number) => Float32Array;
  readonly taps: (row: number) => Readonly<Record<string, PlainTensor>>;
}

/** Feeds what the rows hold beyond the cache and reads the logits that follow. */
async function advance(
  decoding: Decoding,
  rows: readonly Row[],
  padding: readonly number[],
  fixedShapes: boolean,
  recorder: Recorder | undefined,
  signal: AbortSignal | undefined,
): Promise<Seen> {
  const places = rows.map((row, i) => (row.finish === undefined ? padding[i]! + row.tokens.length : 0));
  const total = Math.max(...places);
  for (;;) {
    signal?.throwIfAborted();
    const [from, length, shape] = [decoding.length, ...chunk(decoding, total, fixedShapes)];
    const ids = rows.map((row, i) => Array.from({ length }, (_, j) => row.tokens[from + j - padding[i]!] ?? 0));
    const logits = decoding.feed(ids, shape);
    try {
      if (decoding.length < total) continue;
      const values = (await logits.data()) as Float32Array;
      const taps = await plainTaps(recorder?.values, rows.length);
      const vocab = values.length / rows.length;
      return { logits: i => values.subarray(i * vocab, (i + 1) * vocab), taps: i => taps[i]! };
    } finally {
      logits.dispose();
    }
  }
}

/** Lengths of one pass on backends that compile programs by shape. */
const shapes = [1, 16, 64, 256];

/** How many tokens the next pass feeds, and in which shape. */
function chunk(decoding: Decoding, total: number, fixedShapes: boolean): [length: number, shape: number] {
  const length = Math.min(total - decoding.length, shapes.at(-1)!);
  const shape = fixedShapes ? shapes.find(size => size >= length)! : length;
  return [length, decoding.fits(shape) ? shape : length];
}

/** Checks ids and lengths; gives the longest. */
function checkPrompts({ model, positions }: Generator, prompts: readonly (readonly number[])[]): number {
  if (prompts.length === 0) throw new ResidualError('prompt', 'generate: there is no prompt');
  for (const prompt of prompts) {
    if (prompt.length === 0)
      throw new ResidualError('prompt', 'generate: the prompt is empty and this model has no beginning token');
    if (prompt.length > positions) {
      throw new ResidualError(
        'positions',
        `generate: prompt of ${prompt.length} tokens is longer than the ${positions} positions this model has`,
      );
    }
    const unknown = prompt.find(id => !(Number.isInteger(id) && id >= 0 && id < model.vocab));
    if (unknown !== undefined) {
      throw new ResidualError('prompt', `generate: prompt id ${unknown} is outside the vocabulary of ${model.vocab}`);
    }
  }
  return Math.max(...prompts.map(prompt => prompt.length));
}
