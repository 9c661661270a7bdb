import type { Library } from './library.js';
import type { Session } from './session.js';
import { type Term, textOf } from './sum.js';
import type { Tables } from './tables.js';
import { difference, type Hit, nearestRows, rowOf } from './vectors.js';

/** What is nearest to a vector: rows of the pictures of the library, and words. */
export interface Nearest {
  readonly pictures: readonly Hit[];
  readonly words: readonly (Hit & { readonly word: string })[];
}

/** The answer to a sum. */
export interface Answer extends Nearest {
  readonly text: string;
  /** The words that the model does not know, which are left out. */
  readonly unknown: readonly string[];
}

/** Finds what is nearest to texts, pictures and sums of them, with the tables that are there. */
export interface Search {
  readonly tables: Tables;
  use(tables: Tables): void;
  /** The vector of a text, of length 1, and the words that are left out because the model does not know them. */
  embed(text: string): Promise<{ readonly vector: Float32Array; readonly unknown: readonly string[] }>;
  nearest(vector: Float32Array, top: number): Nearest;
  /** Computes a sum; `shown` is the vector of the picture that is looked at. */
  find(terms: readonly Term[], shown: Float32Array | undefined): Promise<Answer>;
}

/** How many pictures and words are found. */
const [topPictures, topWords] = [24, 8];

/** The search of the page, which begins with these tables. */
export function openSearch(session: Session, library: Library, first: Tables): Search {
  let tables = first;
  const nearest = (vector: ArrayLike<number>, top: number, isSum: boolean, except = new Set<number>()): Nearest => {
    const { pictures, words, means, shown, names } = tables;
    const centre = <Name extends keyof typeof means>(name: Name) => (isSum ? means[name] : undefined);
    const hits = nearestRows(pictures, vector, { top, centre: centre('pictures'), except });
    return {
      pictures: hits.map(({ row, cosine }) => ({ row: shown[row]!, cosine })),
      words: nearestRows(words, vector, { top: topWords, centre: centre('words') }).map(hit => ({
        ...hit,
        word: names[hit.row]!,
      })),
    };
  };
  const embed = async (text: string) => {
    const { known, unknown } = await knownPart(session, text);
    if (known === '') throw new Error(unknownSentence(unknown));
    return { vector: await session.model.embedText(known, { maxTokens: maxTokensOf(session) }), unknown };
  };
  return {
    get tables() {
      return tables;
    },
    use: next => {
      tables = next;
    },
    embed,
    nearest: (vector, top) => nearest(vector, top, false),
    find: async (terms, shown) => {
      const isSum = terms.length > 1;
      const { means, pictures, shown: rows } = tables;
      const unknown: string[] = [];
      const except = new Set<number>();
      const vectorOf = async ({ kind, value }: Term): Promise<Float32Array> => {
        if (kind === 'text') {
          const found = await embed(value);
          unknown.push(...found.unknown);
          return isSum ? difference(found.vector, means.words) : found.vector;
        }
        const vector = kind === 'shown' ? shown : await vectorOfEmoji(value);
        if (!vector) throw new Error('There is no picture yet: draw one, or choose one.');
        return isSum ? difference(vector, means.pictures) : vector;
      };
      const vectorOfEmoji = async (emoji: string) => {
        const picture = library.rowOf(emoji)!;
        const row = rows.indexOf(picture);
        if (row >= 0 && isSum) except.add(row); // as in sums of words
        return row >= 0 ? rowOf(pictures, row) : session.model.embedImage(library.imageOf(picture));
      };
      const vectors: Float32Array[] = [];
      for (const term of terms) vectors.push(await vectorOf(term));
      const sum = vectors[0]!.map((_, i) =>
        terms.reduce((total, { factor }, k) => total + factor * vectors[k]![i]!, 0),
      );
      return { ...nearest(sum, topPictures, isSum, except), text: textOf(terms), unknown };
    },
  };
}

/** The most tokens of a text that a model reads. */
const maxTokensOf = ({ model }: Session): number => Math.max(1, model.maxPositions);

/** A text without the words that a model of words does not know. */
async function knownPart({ model }: Session, text: string) {
  const { tokens, offsets } = await model.encode(text);
  const isUnknown = (token: string) => /^(\[UNK\]|<unk>)$/.test(token);
  if (tokens.length > 0 && !tokens.some(isUnknown)) return { known: text, unknown: [] };
  const written = (row: number) => text.slice(...offsets[row]!);
  const rows = [...tokens.keys()];
  return {
    known: rows
      .filter(row => !isUnknown(tokens[row]!))
      .map(written)
      .join(' '),
    unknown: tokens.length === 0 ? [text] : rows.filter(row => isUnknown(tokens[row]!)).map(written),
  };
}

const list = new Intl.ListFormat('en');

/** The words that a model does not know, as a sentence. */
export function unknownSentence(words: readonly string[]): string {
  const quoted = list.format(words.slice(0, 4).map(word => `“${word.slice(0, 40)}”`));
  return words.length === 1
    ? `The model does not know the word ${quoted}; it knows English words.`
    : `The model does not know the words ${quoted}; it knows English words.`;
}
