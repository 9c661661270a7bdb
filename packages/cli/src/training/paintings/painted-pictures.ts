import { hash32, streamOf, yieldToEventLoop } from '@residual/base';
import { tidy } from '@residual/tensor';
import { pixelBatch } from '../image-tokens/batches.js';
import { type ImageTokenizerModel, pixelTensor } from '../image-tokens/objective.js';
import { type PictureChange, unchanged } from '../image-tokens/write-picture.js';
import { colouringOf, type Hue, hues } from '../images/recolour.js';
import { samplePicture, straight } from '../images/sample-picture.js';
import type { LabelledPicture } from '../images/split.js';
import { thingsIn } from './batches.js';

/** A picture that is told by words, as codes. */
export interface PaintedPicture {
  readonly picture: LabelledPicture;
  /** Its codes as it is, and slightly moved. */
  readonly codes: readonly Int32Array[];
  /** Its codes in other colours. */
  readonly recoloured: readonly { readonly colour: Hue; readonly codes: Int32Array }[];
}

/** A picture in a colour, with what says so. */
export interface Composition {
  readonly picture: LabelledPicture;
  readonly colour: Hue;
  /** By which share of the circle its hues are turned. */
  readonly turn: number;
  /** Such as `green cat`. */
  readonly text: string;
}

/** Moves by about a pixel: right and down, as a share of half of the picture. */
const moves: readonly (readonly [number, number])[] = [
  [0.04, 0],
  [-0.04, 0.04],
  [0, -0.04],
];

/** How alike the hues of a picture, and how large what is coloured, must be to say that it has one colour. */
const [leastUnity, leastShare] = [0.8, 0.4];

/** One in so many compositions is held out. */
const heldOutOf = 8;

/**
 * The compositions of a colour and a picture that has one colour of its own: with words such as `green cat` that no
 * picture has as its label. One in eight is `unseen`.
 */
export function compositionsOf(
  pictures: readonly LabelledPicture[],
  { size, labelOf }: { readonly size: number; readonly labelOf: (concept: number) => string },
): { readonly seen: Composition[]; readonly unseen: Composition[] } {
  const labels = new Set(pictures.map(({ concept }) => labelOf(concept)));
  const [seen, unseen]: [Composition[], Composition[]] = [[], []];
  for (const picture of pictures) {
    const { hue, unity, share } = colouringOf(samplePicture(picture, size, size, straight));
    if (unity < leastUnity || share < leastShare) continue;
    const things = thingsIn(labelOf(picture.concept));
    for (const [colour, at] of Object.entries(hues) as [Hue, number][]) {
      const text = [colour, ...things].join(' ');
      const composition = { picture, colour, turn: at - hue, text };
      const isHeldOut = (hash32(streamOf(text)) >>> 0) % heldOutOf === 0 && !labels.has(text);
      (isHeldOut ? unseen : seen).push(composition);
    }
  }
  return { seen, unseen };
}

/** The pictures as codes: as they are, moved, and in the colours of compositions. */
export async function paintedPictures(
  model: ImageTokenizerModel,
  pictures: readonly LabelledPicture[],
  compositions: readonly Composition[],
  { size, signal, onProgress }: { size: number; signal: AbortSignal; onProgress?: (share: number) => void },
): Promise<PaintedPicture[]> {
  const versions = [unchanged, ...moves.map(([x, y]) => ({ affine: [1, 0, x, 0, 1, y], turn: 0 }) as const)];
  const wanted = [
    ...pictures.flatMap(picture => versions.map(change => ({ picture, change }))),
    ...compositions.map(({ picture, turn }) => ({ picture, change: { affine: straight, turn } })),
  ];
  const codes = await codesOf(model, wanted, { size, signal, ...(onProgress && { onProgress }) });
  const offset = pictures.length * versions.length;
  const byPicture = new Map<LabelledPicture, { colour: Hue; codes: Int32Array }[]>();
  for (const [i, { picture, colour }] of compositions.entries()) {
    const list = byPicture.get(picture) ?? [];
    byPicture.set(picture, [...list, { colour, codes: codes[offset + i]! }]);
  }
  return pictures.map((picture, i) => ({
    picture,
    codes: codes.slice(i * versions.length, (i + 1) * versions.length),
    recoloured: byPicture.get(picture) ?? [],
  }));
}

/** How many pictures are read at once. */
const together = 64;

/** The codes of changed pictures. */
async function codesOf(
  { layer, weights }: ImageTokenizerModel,
  wanted: readonly { readonly picture: LabelledPicture; readonly change: PictureChange }[],
  { size, signal, onProgress }: { size: number; signal: AbortSignal; onProgress?: (share: number) => void },
): Promise<Int32Array[]> {
  const result: Int32Array[] = [];
  for (let from = 0; from < wanted.length; from += together) {
    await yieldToEventLoop(signal);
    onProgress?.(from / wanted.length);
    const part = wanted.slice(from, from + together);
    const batch = pixelBatch(
      part.map(({ picture }) => picture),
      size,
      i => part[i]!.change,
    );
    const codes = tidy(() => layer.encode(weights, pixelTensor(batch)));
    const values = (await codes.data()) as Int32Array;
    codes.dispose();
    const count = values.length / part.length;
    for (let i = 0; i < part.length; i++) result.push(values.slice(i * count, (i + 1) * count));
  }
  return result;
}
