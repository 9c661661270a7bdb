import { joined } from '@residual/appkit';
import { type ByteImage, toImageData } from '@residual/vision';
import type { Library } from './library.js';
import type { Search } from './search.js';
import type { Session } from './session.js';
import { cosine, difference, meanOf, nearestRows, rowOf } from './vectors.js';

/** Things of which there is one or several, with both words. */
export const things: readonly (readonly [emoji: string, one: string, several: string])[] = [
  ['🐈', 'cat', 'cats'],
  ['🐕', 'dog', 'dogs'],
  ['🐎', 'horse', 'horses'],
  ['🐄', 'cow', 'cows'],
  ['🐟', 'fish', 'fishes'],
  ['🦆', 'duck', 'ducks'],
  ['🍎', 'apple', 'apples'],
  ['🌲', 'tree', 'trees'],
  ['⭐', 'star', 'stars'],
  ['🔑', 'key', 'keys'],
  ['🚗', 'car', 'cars'],
  ['🏠', 'house', 'houses'],
];

/** What was found with one thing. */
export interface ThingResult {
  readonly emoji: string;
  readonly several: string;
  /** The cosine of its own step, from one to four, with the mean step of the others. */
  readonly agreement: number;
  /** Whether one and the step of the others land nearest to its own four, among all pictures of one and of four. */
  readonly lands: boolean;
  /** Whether four of it are nearer to the word of several than one is, beside the word of one. */
  readonly wordAgrees: boolean;
}

/** What was found with all things. */
export interface SeveralResult {
  readonly things: readonly ThingResult[];
  /** The cosine of the mean step from one to four with that from a large one to a small one. */
  readonly smaller: number;
  /** The cosine of the mean step of pictures with that of words. */
  readonly words: number;
}

/** Copies of a picture side by side: one, one at half its size, or four. */
export type Arrangement = 'one' | 'small' | 'four';

/** Paints an arrangement of a picture on white, [size, size, 4]. */
export function arranged(image: ByteImage, arrangement: Arrangement): ByteImage {
  const { width: size } = image;
  const [from, to] = [0, 1].map(() => new OffscreenCanvas(size, size).getContext('2d', { willReadFrequently: true })!);
  from!.putImageData(toImageData(image), 0, 0);
  to!.fillStyle = '#fff';
  to!.fillRect(0, 0, size, size);
  to!.imageSmoothingQuality = 'high';
  const half = size / 2;
  const squares = {
    one: [[0, 0, size]],
    small: [[half / 2, half / 2, half]],
    four: [0, 1, 2, 3].map(i => [half * (i % 2), half * (i >> 1), half]),
  };
  for (const [x, y, side] of squares[arrangement]) to!.drawImage(from!.canvas, x!, y!, side!, side!);
  return { width: size, height: size, channels: 4, data: to!.getImageData(0, 0, size, size).data };
}

/** Measures whether the step from one to four is the same for all things, and what else it is. */
export async function measureSeveral(
  session: Session,
  library: Library,
  search: Search,
  signal: AbortSignal,
): Promise<SeveralResult> {
  const present = things.filter(([emoji]) => library.rowOf(emoji) !== undefined);
  const images = present.map(([emoji]) => library.imageOf(library.rowOf(emoji)!));
  const read = (arrangement: Arrangement) =>
    session.model.embedImage(
      images.map(image => arranged(image, arrangement)),
      { batch: 12, signal },
    );
  const [ones, fours, smalls] = [await read('one'), await read('four'), await read('small')];
  const [singular, plural] = [1, 2].map(index => present.map(each => each[index as 1 | 2]));
  const texts = async (list: readonly string[]) =>
    Promise.all(list.map(async text => (await search.embed(text)).vector));
  const [oneWords, severalWords] = [await texts(singular!), await texts(plural!)];
  const steps = (from: readonly Float32Array[], to: readonly Float32Array[]) =>
    from.map((vector, i) => difference(to[i]!, vector));
  const mean = (vectors: readonly Float32Array[]) =>
    meanOf({ dim: vectors[0]!.length, count: vectors.length, data: joined(vectors) });
  const own = steps(ones, fours);
  const all = { dim: ones[0]!.length, count: 2 * ones.length, data: joined([...ones, ...fours]) };
  const results = present.map(([emoji, , several], i): ThingResult => {
    const others = mean(own.filter((_, other) => other !== i));
    const landed = ones[i]!.map((value, k) => value + others[k]!);
    const [best] = nearestRows(all, landed, { top: 1, except: new Set([i]) });
    const lean = (vector: Float32Array) => cosine(vector, severalWords[i]!) - cosine(vector, oneWords[i]!);
    return {
      emoji,
      several,
      agreement: cosine(own[i]!, others),
      lands: best!.row === ones.length + i,
      wordAgrees: lean(fours[i]!) > lean(rowOf(all, i)),
    };
  });
  return {
    things: results,
    smaller: cosine(mean(own), mean(steps(ones, smalls))),
    words: cosine(mean(own), mean(steps(oneWords, severalWords))),
  };
}
