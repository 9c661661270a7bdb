import { keyRange } from '@residual/attention';
import { emptyScope, record } from '@residual/layers';
import { type Tensor, tensor, tidy } from '@residual/tensor';
import { channelsLast } from '../images/pixel-values.js';
import type { Model } from '../model.js';
import { imageTextModelOf } from '../model-kind.js';
import { paddedIds, unpaddedKeys } from '../sequences.js';
import type { Golden } from './golden.js';
import { pixelsOf } from './images.js';
import { attentionMaskOf, expectIds, failInputs } from './inputs.js';
import { numbersOf, type OutputFilter, type Outputs } from './outputs.js';
import { withoutPadding } from './text.js';

/**
 * All outputs of a model of pictures and texts that are compared: the vectors and the last hidden states of both, and
 * the logits of each picture for each text.
 */
export async function imageTextOutputs(model: Model, golden: Golden, isWanted: OutputFilter): Promise<Outputs> {
  const { layer, weights, composition } = imageTextModelOf('parity', model);
  const { images, patches } = await picturesOf(golden);
  const texts = await textsOf(golden, model);
  const names = {
    image_embeds: 'imageVectors',
    text_embeds: 'textVectors',
    vision_last_hidden_state: 'image.encoder.output',
    text_last_hidden_state: `${composition.side}.output`,
  } as const;
  const recorder = record(Object.values(names));
  const logits = tidy(() => {
    const inputs = images();
    const ofImages = recorder.scope.with(keyRange, patches && unpaddedKeys(patches, inputs.pixels.shape[1]!));
    const imageVectors = layer.embedImages(weights, inputs, ofImages);
    const { ids, lengths } = texts;
    const length = ids[0]!.length;
    const ofTexts = recorder.scope.with(keyRange, unpaddedKeys(lengths, length));
    const textVectors = layer.embedTexts(weights, { ids: paddedIds(ids, length) }, ofTexts);
    return layer.compare(weights, { images: imageVectors, texts: textVectors }, emptyScope);
  });
  try {
    const outputs: Outputs = new Map();
    for (const [name, path] of Object.entries(names)) {
      if (!isWanted(name)) continue;
      const numbers = await numbersOf(recorder.values.get(path)!);
      const lengths =
        name === 'text_last_hidden_state' ? texts.lengths : name === 'vision_last_hidden_state' && patches;
      outputs.set(name, lengths ? withoutPadding(numbers, maskOf(lengths, numbers.shape[1]!)) : numbers);
    }
    return outputs.set('logits_per_image', await numbersOf(logits));
  } finally {
    recorder.dispose();
    logits.dispose();
  }
}

/** The pictures: pixel values, or patches with a grid for each picture, and how many patches each has. */
async function picturesOf(golden: Golden) {
  if (!golden.shapeOf('spatial_shapes')) {
    const pixels = await pixelsOf(golden);
    return { images: () => ({ pixels: channelsLast(pixels) }), patches: undefined };
  }
  const shape = golden.shapeOf('pixel_values');
  if (shape?.length !== 3) failInputs(`pixel_values is [${shape?.join(', ')}]; it must be [batch, patches, values]`);
  const { data } = await golden.read('pixel_values');
  const grids = (await golden.rows('spatial_shapes')).map(([rows = 0, columns = 0]) => ({ rows, columns }));
  const mask = await golden.rows('pixel_attention_mask');
  const lengths = grids.map(({ rows, columns }) => rows * columns);
  for (const [picture, row] of mask.entries())
    if (row.some((value, i) => (value !== 0) !== i < lengths[picture]!))
      failInputs(`pixel_attention_mask of picture ${picture} does not show its first ${lengths[picture]} patches`);
  const images = (): { pixels: Tensor; grids: typeof grids } => ({
    pixels: tensor(Float32Array.from(data), [...shape]),
    grids,
  });
  return { images, patches: lengths };
}

/** 1 for the first `lengths` positions of each row, else 0. */
function maskOf(lengths: readonly number[], length: number): readonly (readonly number[])[] {
  return lengths.map(own => Array.from({ length }, (_, i) => Number(i < own)));
}

/** The texts: ids, and how many of each are no padding. */
async function textsOf(golden: Golden, model: Model) {
  if (!golden.shapeOf('input_ids'))
    failInputs(`golden.safetensors has no input_ids; it holds ${golden.names.join(', ')}`);
  const ids = await golden.rows('input_ids');
  expectIds('input_ids', ids, model, model.vocab);
  const mask = await attentionMaskOf(golden, ids);
  for (const [row, values] of mask.entries())
    if (!/^1+0*$/.test(values.map(Number).join('')))
      failInputs(`attention_mask hides positions of row ${row} other than padding on the right`);
  return { ids, lengths: mask.map(row => row.filter(value => value !== 0).length) };
}
