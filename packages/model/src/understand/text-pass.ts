import { keyRange } from '@residual/attention';
import { emptyScope, type Scope } from '@residual/layers';
import { expectInteger, ResidualError, type Tensor, tidy } from '@residual/tensor';
import type { Encoding } from '@residual/tokenizer';
import { expectTokens } from '../arguments.js';
import type { LoadedModel } from '../loaded-model.js';
import { type BoundTextModel, textModelOf } from '../model-kind.js';
import { type ReadOptions, readBatches, shortestFirst } from '../read-batches.js';
import { paddedIds, paddedLengthOf, unpaddedKeys } from '../sequences.js';

/** The options of every method that reads texts. */
export interface TextOptions extends ReadOptions {
  /** How many texts of similar length are read at once; default 16. */
  readonly batch?: number;
}

/** How many texts are read at once if `batch` is absent. */
export const textsAtOnce = 16;

/** The options of methods that classify texts or their tokens. */
export interface ClassifyOptions extends TextOptions {
  /** Longer texts are cut to so many tokens, special ones included; if absent, too long a text is an error. */
  readonly maxTokens?: number;
}

/** The tokens that a model reads for one text, or for a pair of texts. */
export interface TextTokens {
  readonly ids: readonly number[];
  readonly typeIds: readonly number[];
}

/** A text, or a pair of texts. */
export type TextOrPair = string | readonly [text: string, pair: string];

/** Encodes texts as the checkpoint's tokenizer does, with special tokens. Throws without a tokenizer. */
export function encodeTexts(
  caller: string,
  model: LoadedModel,
  texts: readonly TextOrPair[],
  options: Parameters<NonNullable<LoadedModel['tokenizer']>['encodeBatch']>[1] = {},
): readonly Encoding[] {
  const { tokenizer } = model;
  if (!tokenizer) throw new ResidualError('prompt', `${caller}: this model has no tokenizer`);
  return tokenizer.encodeBatch(texts, options);
}

/** `encodeTexts` with texts cut as `maxTokens` says. Throws if the model cannot read so many tokens. */
export function encodeCut(
  caller: string,
  model: LoadedModel,
  texts: readonly string[],
  { maxTokens }: ClassifyOptions,
): readonly Encoding[] {
  if (maxTokens === undefined) return encodeTexts(caller, model, texts);
  expectInteger(caller, 'maxTokens', maxTokens, { min: 1, ...(!model.openEnded && { max: model.maxPositions }) });
  return encodeTexts(caller, model, texts, { truncation: { maxLength: maxTokens } });
}

/** Throws unless a value is a text. */
export function expectText(caller: string, name: string, value: unknown): asserts value is string {
  if (typeof value === 'string') return;
  throw new ResidualError('prompt', `${caller}: ${name} is ${typeof value}; it must be a text`);
}

/** Throws unless a value is a list of texts. */
export function expectTextList(caller: string, name: string, value: unknown): asserts value is readonly string[] {
  if (!Array.isArray(value)) throw new ResidualError('prompt', `${caller}: ${name} must be a list of texts`);
  for (const [i, text] of value.entries()) expectText(caller, `${name}[${i}]`, text);
}

/** Throws unless the model can read the tokens. */
export function expectReadable(
  caller: string,
  model: LoadedModel,
  { layer }: BoundTextModel,
  inputs: readonly TextTokens[],
) {
  expectTokens(
    caller,
    inputs.map(({ ids }) => ids),
    { vocab: layer.vocab, maxLength: model.openEnded ? Number.POSITIVE_INFINITY : model.maxPositions },
  );
  const largest = Math.max(0, ...inputs.flatMap(({ typeIds }) => typeIds));
  if (layer.tokenTypes === 0 || largest < layer.tokenTypes) return;
  throw new ResidualError(
    'prompt',
    `${caller}: the tokenizer gives the token type ${largest}; this model has ${layer.tokenTypes} of them`,
  );
}

/**
 * What a text model gives for several texts of any lengths, read in batches of similar length, each as it would be
 * alone: the rows of its output, in the order of the texts.
 */
export async function readTexts(
  caller: string,
  model: LoadedModel,
  bound: BoundTextModel,
  inputs: readonly TextTokens[],
  options: TextOptions,
): Promise<Float32Array[]> {
  const { batch = textsAtOnce } = options;
  expectReadable(caller, model, bound, inputs);
  return readBatches(
    model,
    shortestFirst(inputs.map(({ ids }) => ids)),
    { ...options, batch },
    indices =>
      runTexts(
        model,
        textModelOf(caller, model),
        indices.map(i => inputs[i]!),
      ),
    (i, { size, shape }) => (shape.length === 3 ? shape[2]! * inputs[i]!.ids.length : size / shape[0]!),
  );
}

/** One pass over texts, padded on the right to one length. */
export function runTexts(
  { fixedShapes, maxPositions, openEnded }: LoadedModel,
  { layer, weights }: BoundTextModel,
  inputs: readonly TextTokens[],
  scope: Scope = emptyScope,
): Tensor {
  const ids = inputs.map(input => input.ids);
  const length = paddedLengthOf(ids, fixedShapes, openEnded ? 2 ** 31 - 1 : maxPositions);
  return tidy(() => {
    const range = unpaddedKeys(
      ids.map(tokens => tokens.length),
      length,
    );
    const typeIds = inputs.map(input => input.typeIds);
    const types = layer.tokenTypes > 0 && { tokenTypes: paddedIds(typeIds, length) };
    return layer(weights, { ids: paddedIds(ids, length), ...types }, scope.with(keyRange, range));
  });
}
