import { keyRange } from '@residual/attention';
import { emptyScope } from '@residual/layers';
import { ResidualError, type Tensor, tensor, tidy } from '@residual/tensor';
import { expectTokens } from '../arguments.js';
import type { LoadedModel } from '../loaded-model.js';
import { imageModelOf, imageTextModelOf } from '../model-kind.js';
import { expectReadOptions, readBatches, shortestFirst } from '../read-batches.js';
import { paddedIds, paddedLengthOf, type Sequences, unpaddedKeys } from '../sequences.js';
import { type ClassifyOptions, encodeCut, expectTextList, textsAtOnce } from '../understand/text-pass.js';
import { type ImageInput, type ImageOptions, type ProcessedImages, readImages } from './image-pass.js';

/**
 * One vector [dim] for each picture: of length 1 for a model that compares pictures and texts, else what the model
 * pools. Throws for a model that does neither.
 */
export async function embedImages(
  model: LoadedModel,
  images: readonly ImageInput[] | ProcessedImages,
  options: ImageOptions,
): Promise<readonly Float32Array[]> {
  model.check();
  const isPair = model.composition.kind === 'image-text';
  if (!isPair) imageModelOf('embedImage', model, ['image-features']);
  return readImages('embedImage', model, images, options, (inputs, scope) => {
    if (!isPair) {
      const { layer, weights } = imageModelOf('embedImage', model);
      return layer(weights, inputs, scope);
    }
    const { layer, weights } = imageTextModelOf('embedImage', model);
    return layer.embedImages(weights, inputs, scope);
  });
}

/** One vector [dim] of length 1 for each text, read in batches. Throws for a model that compares no pictures. */
export async function embedTextsOf(
  caller: string,
  model: LoadedModel,
  texts: readonly string[],
  options: ClassifyOptions,
): Promise<readonly Float32Array[]> {
  model.check();
  imageTextModelOf(caller, model);
  expectReadOptions(caller, options, { maxTokens: 0 });
  const { batch = textsAtOnce } = options;
  expectTextList(caller, 'texts', texts);
  if (texts.length === 0) throw new ResidualError('prompt', `${caller}: there are no texts`);
  const ids = encodeCut(caller, model, texts, options).map(encoding => encoding.ids);
  expectTokens(caller, ids, { vocab: model.vocab, maxLength: model.maxPositions });
  return readBatches(model, shortestFirst(ids), { ...options, batch }, indices =>
    runTextTower(
      caller,
      model,
      indices.map(i => ids[i]!),
    ),
  );
}

/** The vectors of texts of any lengths: padded to one length, which is hidden or read as the model was trained. */
function runTextTower(caller: string, model: LoadedModel, ids: Sequences): Tensor {
  const { layer, weights, composition } = imageTextModelOf(caller, model);
  return tidy(() => {
    if (composition.readsPadding) {
      const pad = paddingId(model);
      const length = composition.maxPositions;
      const padded = ids.flatMap(row => Array.from({ length }, (_, i) => row[i] ?? pad));
      return layer.embedTexts(weights, { ids: tensor(padded, [ids.length, length], 'int32') }, emptyScope);
    }
    const length = paddedLengthOf(ids, model.fixedShapes, composition.maxPositions);
    const range = unpaddedKeys(
      ids.map(row => row.length),
      length,
    );
    return layer.embedTexts(weights, { ids: paddedIds(ids, length) }, emptyScope.with(keyRange, range));
  });
}

/** The id of the tokenizer's padding; without one that of the config, or 1 as in the reference. */
function paddingId({ tokenizer, parts, vocab }: LoadedModel): number {
  const config = parts.config.text_config as { readonly pad_token_id?: unknown } | undefined;
  const id = tokenizer?.padding?.id ?? tokenizer?.padTokenId ?? config?.pad_token_id ?? 1;
  if (Number.isInteger(id) && (id as number) >= 0 && (id as number) < vocab) return id as number;
  throw new ResidualError('config', `embedText: pad_token_id is ${id}, outside the vocabulary of ${vocab}`);
}
