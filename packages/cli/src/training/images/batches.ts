import type { Tokenizer } from '@residual/tokenizer';
import { type Batches, shuffledEpochs } from '@residual/train';
import { Draws } from '../draws.js';
import { writeAugmented } from './augment.js';
import type { PictureSplit } from './split.js';
import { type ConceptTexts, type DrawnText, drawText, type EncodedTexts, encodeTexts } from './texts.js';

/** Pictures with a text each. */
export interface PictureBatch {
  /** RGB from -1 to 1: [batch, size, size, 3]. */
  readonly pixels: Float32Array;
  readonly batch: number;
  readonly size: number;
  /** The texts of the pictures, in their order. */
  readonly texts: EncodedTexts;
  /** Whether each text describes each picture: [batch, batch]. */
  readonly positives: Float32Array;
  /** Whether each label does: [batch, labels]. */
  readonly labelPositives: Float32Array;
}

/** Settings of `pictureBatches`. */
export interface PictureBatchSettings {
  /** Pictures in a batch. */
  readonly batch: number;
  readonly seed: number;
  /** The size of the stored pictures. */
  readonly from: number;
  /** The size of the pictures in a batch. */
  readonly size: number;
  /** The longest text in tokens. */
  readonly maxLength: number;
}

/** The share of drawings in a batch, where there are drawings. */
const drawingShare = 0.3;

/** Endless batches of augmented pictures, each picture once in an epoch. */
export function pictureBatches(
  { emoji, drawings }: Pick<PictureSplit, 'emoji' | 'drawings'>,
  { texts, labels, tokenizer }: { texts: ConceptTexts; labels: readonly number[]; tokenizer: Tokenizer },
  { batch, seed, from, size, maxLength }: PictureBatchSettings,
): Batches<PictureBatch> {
  const drawn = drawings.length === 0 ? 0 : emoji.length === 0 ? batch : Math.round(drawingShare * batch);
  const orderOf = [emoji, drawings].map(items => shuffledEpochs(items, seed));
  const at = (step: number): PictureBatch => {
    const draws = new Draws(seed, 'pictures', step);
    const pictures = [...orderOf[0]!(step * (batch - drawn), batch - drawn), ...orderOf[1]!(step * drawn, drawn)];
    const pixels = new Float32Array(batch * size * size * 3);
    for (const [i, picture] of pictures.entries())
      writeAugmented(picture, from, { values: pixels, offset: i * size * size * 3, size }, draws);
    const concepts = pictures.map(({ concept }) => concept);
    const drawnTexts = concepts.map(concept => drawText(texts, concept, draws));
    const encoded = encodeTexts(
      tokenizer,
      drawnTexts.map(({ text }) => text),
      maxLength,
    );
    const positives = positivesOf(texts, concepts, drawnTexts);
    for (let i = 0; i < batch; i++) positives[i * batch + i] = 1;
    const labelPositives = positivesOf(
      texts,
      concepts,
      labels.map(label => ({ parts: [label] })),
    );
    return { pixels, batch, size, texts: encoded, positives, labelPositives };
  };
  return {
    from: function* (position) {
      for (let step = position; ; step++) yield at(step);
    },
  };
}

/** 1 where all parts of a text describe a concept: [concepts, texts]. */
export function positivesOf(
  { describing }: ConceptTexts,
  concepts: readonly number[],
  texts: readonly Pick<DrawnText, 'parts'>[],
): Float32Array {
  const result = new Float32Array(concepts.length * texts.length);
  for (const [i, concept] of concepts.entries())
    for (const [j, { parts }] of texts.entries())
      if (parts.every(part => describing[concept]!.has(part))) result[i * texts.length + j] = 1;
  return result;
}
