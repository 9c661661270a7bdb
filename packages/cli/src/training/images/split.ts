import { shuffledOrder } from '@residual/train';
import type { Pictures } from './picture-sets.js';
import type { PictureAt } from './sample-picture.js';
import { wordsOf } from './vocabulary.js';

/** A picture with its concept. */
export interface LabelledPicture extends PictureAt {
  readonly concept: number;
}

/** Which pictures a run trains on, and which it is tested with. */
export interface PictureSplit {
  readonly emoji: readonly LabelledPicture[];
  readonly drawings: readonly LabelledPicture[];
  /** Pictures of other things, which no test asks for. */
  readonly icons: readonly LabelledPicture[];
  /** The concepts of the training pictures. */
  readonly seen: ReadonlySet<number>;
  readonly tests: PictureTests;
}

/** The pictures of each test. */
export interface PictureTests {
  /** Seen emoji in the style that is never seen. */
  readonly unseenStyle: readonly LabelledPicture[];
  /** Emoji that are never seen in any style, in the unseen style. */
  readonly unseenConcepts: readonly LabelledPicture[];
  /** New drawings of drawn words. */
  readonly newDrawings: readonly LabelledPicture[];
  /** Drawings of words that were never drawn. */
  readonly unseenDrawings: readonly LabelledPicture[];
}

/** Settings of `splitPictures`. */
export interface SplitSettings {
  /** The set that is never seen; without one everything is trained on and nothing is tested. */
  readonly unseenSet?: string | undefined;
  readonly seed: number;
  /** Whether a concept has a text. */
  readonly isUsed: (concept: number) => boolean;
}

/** Words of labels that say nothing about what an emoji shows. */
const emptyWords = new Set(['with', 'of', 'the', 'and', 'a', 'in', 'on', 'face', 'button']);

/** A word without the s of a plural. */
const singular = (word: string) => word.replace(/(?<=...)s$/, '');

/** The set whose later drawings of each word are new ones, and their first index. */
const [testedDrawings, firstNewDrawing] = ['strokes', 20];

/**
 * Splits pictures: one set, one emoji in ten and half of the drawn words are never seen, nor are drawn words and icons
 * whose names have all the words of one of those; of the drawings in `strokes`, those from the twentieth of
 * each word on are new ones.
 */
export function splitPictures({ sets, concepts }: Pictures, { unseenSet, seed, isUsed }: SplitSettings): PictureSplit {
  const indicesOf = (kind: string) => concepts.flatMap((concept, i) => (concept.kind === kind ? [i] : []));
  const shuffled = (items: readonly number[]) => shuffledOrder(items.length, { seed }).map(i => items[i]!);
  const [emoji, words] = [indicesOf('emoji'), indicesOf('drawing')];
  const isTested = unseenSet !== undefined;
  const unseenEmoji = new Set(isTested ? shuffled(emoji).slice(0, Math.floor(emoji.length / 10)) : []);
  const unseenWords = new Set(isTested ? shuffled(words).slice(0, Math.floor(words.length / 2)) : []);
  const labels = [...unseenEmoji, ...unseenWords].map(concept => {
    const all = wordsOf(concepts[concept]!.texts[0]!);
    const telling = all.filter(word => !emptyWords.has(word));
    return telling.length > 0 ? telling : all;
  });
  const isUnseen = (concept: number) => {
    const own = new Set(wordsOf(concepts[concept]!.texts[0]!).map(singular));
    return labels.some(label => label.every(part => own.has(singular(part))));
  };
  const blocked = new Set([...words, ...indicesOf('icon')].filter(isUnseen));

  const training = { emoji: [], drawings: [], icons: [] } as Record<'emoji' | 'drawings' | 'icons', LabelledPicture[]>;
  const tests = { unseenStyle: [], unseenConcepts: [], newDrawings: [], unseenDrawings: [] } as {
    -readonly [Name in keyof PictureTests]: LabelledPicture[];
  };
  for (const set of sets) {
    const counts = new Map<number, number>();
    for (const [index, concept] of set.concepts.entries()) {
      const count = counts.get(concept) ?? 0;
      counts.set(concept, count + 1);
      if (!isUsed(concept)) continue;
      const picture = { set, index, concept };
      if (concepts[concept]!.kind === 'emoji') {
        const isHeldOut = unseenEmoji.has(concept);
        if (set.name === unseenSet) tests[isHeldOut ? 'unseenConcepts' : 'unseenStyle'].push(picture);
        else if (!isHeldOut) training.emoji.push(picture);
        continue;
      }
      if (concepts[concept]!.kind === 'icon') {
        if (!blocked.has(concept)) training.icons.push(picture);
        continue;
      }
      const isNew = isTested && set.name === testedDrawings && count >= firstNewDrawing;
      if (!unseenWords.has(concept)) {
        if (isNew) tests.newDrawings.push(picture);
        else if (!blocked.has(concept)) training.drawings.push(picture);
      } else if (set.name === testedDrawings) tests.unseenDrawings.push(picture);
    }
  }
  const seen = new Set(Object.values(training).flatMap(pictures => pictures.map(({ concept }) => concept)));
  return { ...training, seen, tests };
}
