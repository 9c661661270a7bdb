/** The geometry of an attention map, in CSS pixels from its corner. */
export interface Layout {
  readonly queryLen: number;
  readonly keyLen: number;
  /** Whether keys after their query are masked, as in a decoder. */
  readonly masked: boolean;
  readonly cell: number;
  /** Whether there is space for the tokens at the sides. */
  readonly labelled: boolean;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Sizes of a cell: larger ones are never needed, smaller ones have no labels, and the smallest can just be pointed at.
 * A larger map scrolls.
 */
const [largest, smallestLabelled, smallest] = [46, 13, 4];
/**
 * Up to this number of tokens a map always has labels. A map of more tokens would be many screens wide, so it is shown
 * whole, without labels if they do not fit.
 */
const mostLabelled = 128;
/** The labels of keys lean by 45 degrees. */
const leaning = Math.SQRT1_2;

/**
 * The number of keys that a query sees: all, or under a mask those up to its own position. The queries are the last
 * tokens.
 */
export function unmaskedKeys(
  { queryLen, keyLen, masked }: Pick<Layout, 'queryLen' | 'keyLen' | 'masked'>,
  query: number,
): number {
  return masked ? Math.min(keyLen, query + keyLen - queryLen + 1) : keyLen;
}

/** The first query that sees a key. */
export function firstQuery(
  { queryLen, keyLen, masked }: Pick<Layout, 'queryLen' | 'keyLen' | 'masked'>,
  key: number,
): number {
  return masked ? Math.max(0, key - (keyLen - queryLen)) : 0;
}

/** Computes the layout for a width, given the widths of the labels of queries and keys. */
export function layoutOf(
  size: Pick<Layout, 'queryLen' | 'keyLen' | 'masked'>,
  available: number,
  queryLabels: readonly number[],
  keyLabels: readonly number[],
): Layout {
  const { queryLen, keyLen } = size;
  const gap = 6;
  const left = Math.ceil(Math.max(0, ...queryLabels)) + gap;
  const reach = (cell: number, key: number) => (keyLabels[key]! + gap) * leaning + cell / 2;
  const beyond = (cell: number) =>
    Math.max(0, ...keyLabels.map((_, key) => reach(cell, key) - (keyLen - key - 0.5) * cell));
  const above = (cell: number) =>
    Math.max(0, ...keyLabels.map((_, key) => reach(cell, key) - firstQuery(size, key) * cell));
  const wide = (cell: number) => left + keyLen * cell + beyond(cell);
  let cell = largest;
  while (cell > smallestLabelled && wide(cell) > available) cell--;
  if (wide(cell) <= available || Math.max(queryLen, keyLen) <= mostLabelled) {
    const top = Math.ceil(above(cell));
    return { ...size, cell, labelled: true, left, top, width: Math.ceil(wide(cell)), height: top + queryLen * cell };
  }
  const small = Math.min(smallestLabelled, Math.max(smallest, Math.floor(available / keyLen)));
  return { ...size, cell: small, labelled: false, left: 0, top: 0, width: keyLen * small, height: queryLen * small };
}

/** The cell at a point; undefined outside the map and under the mask. */
export function cellAt(layout: Layout, x: number, y: number): { query: number; key: number } | undefined {
  const query = Math.floor((y - layout.top) / layout.cell);
  const key = Math.floor((x - layout.left) / layout.cell);
  const isIn = query >= 0 && query < layout.queryLen && key >= 0 && key < unmaskedKeys(layout, query);
  return isIn ? { query, key } : undefined;
}
