import type { Model } from '@residual/model';
import { type ByteImage, type Drawing, drawingImage } from '@residual/vision';

/** Drawings of one word, or of several, with the word of each. */
export interface NamedDrawings {
  readonly drawings: readonly Drawing[];
  readonly words: readonly string[];
}

/** How often the word of a drawing is the most similar of all words, and among the five most similar. */
export interface Recognition {
  readonly count: number;
  readonly first: number;
  readonly inFive: number;
}

/** Names of words by a model of pictures and words. */
export interface Recognizer {
  readonly model: Model;
  /** The words to choose from, and their vectors. */
  readonly words: readonly string[];
  readonly vectors: readonly Float32Array[];
}

/** How drawings become pictures: as the recognizer saw them, ink of a twentieth of the picture. */
const picture = { size: 64, lineWidth: 3.2 };

/** A recognizer that chooses from words. */
export async function recognizerOf(model: Model, words: readonly string[], signal: AbortSignal): Promise<Recognizer> {
  return { model, words, vectors: await model.embedText(words, { signal }) };
}

/** Names drawings, and counts how often the name is right. */
export async function recognize(
  recognizer: Recognizer,
  { drawings, words }: NamedDrawings,
  { smooth, signal }: { readonly smooth: boolean; readonly signal: AbortSignal },
): Promise<Recognition> {
  const images = drawings.map(drawing => drawingImage(drawing, { ...picture, smooth }));
  return recognizeImages(recognizer, images, words, signal);
}

/** Names pictures, and counts how often the name, that of `words`, is right. */
export async function recognizeImages(
  { model, words: choices, vectors }: Recognizer,
  images: readonly ByteImage[],
  words: readonly string[],
  signal: AbortSignal,
): Promise<Recognition> {
  const found = await model.embedImage(images, { signal });
  const ranks = found.map((vector, i) => {
    const similarities = vectors.map(other => dot(vector, other));
    const own = similarities[choices.indexOf(words[i]!)]!;
    return similarities.filter(similarity => similarity > own).length;
  });
  const share = (most: number) => ranks.filter(rank => rank < most).length / Math.max(1, ranks.length);
  return { count: ranks.length, first: share(1), inFive: share(5) };
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
