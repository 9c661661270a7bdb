import type { RankedPictures } from './evaluate.js';
import type { Concept } from './picture-sets.js';
import { wordsOf } from './vocabulary.js';

/** Kinds of labels, from the first that fits: what is a face, then by the number of words. */
const kinds: readonly (readonly [name: string, fits: (words: readonly string[]) => boolean])[] = [
  ['faces', words => words.includes('face')],
  ['one word', words => words.length === 1],
  ['two words', words => words.length === 2],
  ['three words or more', () => true],
];

/** Ranked pictures by the kind of their label, each picture once; kinds without a picture are left out. */
export function kindsOfLabels(ranked: RankedPictures, concepts: readonly Concept[]): RankedPictures[] {
  const kindOf = ranked.concepts.map(concept => {
    const words = wordsOf(concepts[concept]!.texts[0]!);
    return kinds.findIndex(([, fits]) => fits(words));
  });
  return kinds.flatMap(([test], kind) => {
    const rows = [...kindOf.keys()].filter(row => kindOf[row] === kind);
    if (rows.length === 0) return [];
    const only = (values: readonly number[]) => rows.map(row => values[row]!);
    return [{ test, labels: ranked.labels, concepts: only(ranked.concepts), ranks: only(ranked.ranks) }];
  });
}
