import { joined } from '@residual/appkit';
import type { Library } from './library.js';
import type { Session } from './session.js';
import { meanOf, type Rows } from './vectors.js';

/** The vectors of all pictures and words by one model, as far as they are there. */
export interface Tables {
  readonly pictures: Rows;
  readonly words: Rows;
  /** The picture in the library of each row of `pictures`. */
  readonly shown: readonly number[];
  /** The texts of the words. */
  readonly names: readonly string[];
  /** The means of both, from which sums are measured. */
  readonly means: { readonly pictures: Float32Array; readonly words: Float32Array };
}

/** How many pictures and labels are read before the page shows more of them. */
const atOnce = 32;

const withMeans = (tables: Omit<Tables, 'means'>): Tables => ({
  ...tables,
  means: { pictures: meanOf(tables.pictures), words: meanOf(tables.words) },
});

/** The tables that come with the page. */
export const shippedTables = ({ vectors, pictures, words }: Library): Tables =>
  withMeans({ ...vectors, shown: [...pictures.keys()], names: words });

/**
 * Reads all pictures and their labels with another model, some at a time in an order in which the first are a sample of
 * all; `onTables` gets what is there. It goes on until all are read or the signal aborts.
 */
export async function readTables(
  { model }: Pick<Session, 'model'>,
  library: Library,
  signal: AbortSignal,
  onTables: (tables: Tables) => void,
): Promise<void> {
  const count = library.pictures.length;
  const stride = 617; // has no divisor in common with the number of pictures
  const order = Array.from({ length: count }, (_, i) => (i * stride) % count);
  const [pictures, words]: [Float32Array[], Float32Array[]] = [[], []];
  for (let from = 0; from < count; from += atOnce) {
    signal.throwIfAborted();
    const rows = order.slice(from, from + atOnce);
    const images = rows.map(row => library.imageOf(row));
    const labels = rows.map(row => library.pictures[row]!.label);
    pictures.push(...(await model.embedImage(images, { batch: 8, signal })));
    words.push(...(await model.embedText(labels, { signal })));
    const shown = order.slice(0, pictures.length);
    const table = (vectors: readonly Float32Array[]): Rows => ({
      dim: vectors[0]!.length,
      count: vectors.length,
      data: joined(vectors),
    });
    const names = shown.map(row => library.pictures[row]!.label);
    onTables(withMeans({ pictures: table(pictures), words: table(words), shown, names }));
  }
}
