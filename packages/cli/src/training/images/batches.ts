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
  /** The texts of the pictures, in their order, and as many others. */
  readonly texts: EncodedTexts;
  /** Whether each text describes each picture: [batch, 2 batch]. */
  readonly positives: Float32Array;
  /** How many of the pictures, the first ones, have a label among all labels. */
  readonly labelled: number;
  /** Whether each label is that of each of those: [labelled, labels]. */
  readonly ownLabels: Float32Array;
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

/** The shares of drawings and icons in a batch, where there are some. */
const shares = { drawings: 0.1, icons: 0.2 };

/** Endless batches of augmented pictures, each picture once in an epoch. */
export function pictureBatches(
  split: Pick<PictureSplit, 'emoji' | 'drawings' | 'icons' | 'seen'>,
  { texts, labels, tokenizer }: { texts: ConceptTexts; labels: readonly number[]; tokenizer: Tokenizer },
  { batch, seed, from, size, maxLength }: PictureBatchSettings,
): Batches<PictureBatch> {
  const counts = countsOf(split, batch);
  const kinds = (['emoji', 'drawings', 'icons'] as const)
    .filter(kind => counts[kind] > 0)
    .map(kind => ({ count: counts[kind], next: shuffledEpochs(split[kind], seed) }));
  const labelled = batch - counts.icons;
  const seen = [...split.seen];
  const labelAt = new Map(labels.map((label, i) => [label, i]));
  const at = (step: number): PictureBatch => {
    const draws = new Draws(seed, 'pictures', step);
    const pictures = kinds.flatMap(({ count, next }) => next(step * count, count));
    const pixels = new Float32Array(batch * size * size * 3);
    for (const [i, picture] of pictures.entries())
      writeAugmented(picture, from, { values: pixels, offset: i * size * size * 3, size }, draws);
    const concepts = pictures.map(({ concept }) => concept);
    const others = concepts.map(() => draws.pick(seen));
    const drawnTexts = [...concepts, ...others].map(concept => drawText(texts, concept, draws));
    const encoded = encodeTexts(
      tokenizer,
      drawnTexts.map(({ text }) => text),
      maxLength,
    );
    const positives = positivesOf(texts, concepts, drawnTexts);
    for (let i = 0; i < batch; i++) positives[i * drawnTexts.length + i] = 1;
    const ownLabels = new Float32Array(labelled * labels.length);
    for (const [i, concept] of concepts.slice(0, labelled).entries())
      ownLabels[i * labels.length + labelAt.get(texts.ofConcept[concept]![0]!)!] = 1;
    return { pixels, batch, size, texts: encoded, positives, labelled, ownLabels };
  };
  return {
    from: function* (position) {
      for (let step = position; ; step++) yield at(step);
    },
  };
}

/** How many pictures of each kind a batch has. */
function countsOf(split: Pick<PictureSplit, 'emoji' | 'drawings' | 'icons'>, batch: number) {
  const share = (kind: keyof typeof shares) => (split[kind].length === 0 ? 0 : Math.round(shares[kind] * batch));
  const icons = share('icons');
  const drawings = split.emoji.length === 0 ? batch - icons : share('drawings');
  return { emoji: batch - icons - drawings, drawings, icons };
}

/** 1 where all parts of a text describe a concept: [concepts, texts]. */
function positivesOf(
  { describing }: ConceptTexts,
  concepts: readonly number[],
  texts: readonly DrawnText[],
): Float32Array {
  const result = new Float32Array(concepts.length * texts.length);
  for (const [i, concept] of concepts.entries())
    for (const [j, { parts }] of texts.entries())
      if (parts.every(part => describing[concept]!.has(part))) result[i * texts.length + j] = 1;
  return result;
}
