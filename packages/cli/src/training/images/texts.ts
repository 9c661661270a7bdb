import type { Tokenizer } from '@residual/tokenizer';
import type { Draws } from '../draws.js';
import type { Concept } from './picture-sets.js';
import { wordsOf } from './vocabulary.js';

/** All texts that call concepts something, and which call which. */
export interface ConceptTexts {
  readonly texts: readonly string[];
  /** The texts of each concept, its label first. */
  readonly ofConcept: readonly (readonly number[])[];
  /** The texts that describe each concept: its own, and single words of them that are texts too. */
  readonly describing: readonly ReadonlySet<number>[];
}

/** The texts of concepts, without those that have no known word. */
export function conceptTexts(concepts: readonly Concept[], isKnown: (word: string) => boolean): ConceptTexts {
  const indices = new Map<string, number>();
  const ofConcept = concepts.map(({ texts }) =>
    texts
      .filter(text => wordsOf(text).some(isKnown))
      .map(text => {
        const index = indices.get(text) ?? indices.size;
        indices.set(text, index);
        return index;
      }),
  );
  const describing = concepts.map(
    ({ texts }, concept) =>
      new Set([...ofConcept[concept]!, ...texts.flatMap(wordsOf).flatMap(word => indices.get(word) ?? [])]),
  );
  return { texts: [...indices.keys()], ofConcept, describing };
}

/** The longest text in words. */
export const maxLength = 12;

/** Sentences that a text may stand in. */
const sentences = ['a {}', 'a picture of a {}', '{} emoji', 'a drawing of a {}', 'an icon of {}', 'the {}'];

/** What a picture of a concept is called in a batch. */
export interface DrawnText {
  readonly text: string;
  /** Its texts: a concept that all of them describe is described by it. */
  readonly parts: readonly number[];
}

/** The label of a concept, another of its texts, or two of them; in a quarter of the cases in a sentence. */
export function drawText({ texts, ofConcept }: ConceptTexts, concept: number, draws: Draws): DrawnText {
  const [label, ...others] = ofConcept[concept]!;
  const kind = draws.uniform();
  const parts =
    others.length === 0 || kind >= 0.55
      ? [label!]
      : kind < 0.3
        ? [draws.pick(others)]
        : [...new Set([kind < 0.4 ? draws.pick(others) : label!, draws.pick(others)])];
  const text = parts.map(part => texts[part]).join(' ');
  return { parts, text: draws.chance(0.25) ? draws.pick(sentences).replace('{}', text) : text };
}

/** Token ids [texts, length], padded, and the number of tokens of each text. */
export interface EncodedTexts {
  readonly ids: Int32Array;
  readonly lengths: readonly number[];
  /** The length of the longest. */
  readonly length: number;
}

/** Encodes texts, without what is beyond `maxLength` tokens; unknown words are left out where others are known. */
export function encodeTexts(tokenizer: Tokenizer, texts: readonly string[], maxLength: number): EncodedTexts {
  const [unknown, padding] = [0, 1];
  const rows = texts.map(text => {
    const ids = tokenizer.encode(text).ids;
    const known = ids.filter(id => id !== unknown);
    return (known.length > 0 ? known : [unknown]).slice(0, maxLength);
  });
  const length = Math.max(...rows.map(row => row.length));
  const ids = new Int32Array(rows.length * length).fill(padding);
  for (const [i, row] of rows.entries()) ids.set(row, i * length);
  return { ids, lengths: rows.map(row => row.length), length };
}
