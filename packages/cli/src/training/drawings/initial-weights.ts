import { normalValues } from '@residual/base';
import { type HasNeeds, weightNeeds } from '@residual/layers';
import { replaceLeaf } from '../replace-leaf.js';

/** What tokens have in common: adds to their rows [tokens, width] of the table at `path`, with a deviation. */
export type SharedRows = (rows: Float32Array, table: { path: string; width: number; deviation: number }) => void;

/**
 * The start of a decoder that is prompted with words: its word vectors; vectors of tokens, as are the rows of the head,
 * that share what `sharedRows` adds; and matrices that keep the size of what goes through them, those at the end of a
 * block smaller. Weights whose path begins with one of `others` stay as they are.
 */
export function initialWeights(
  { layer, weights }: { readonly layer: HasNeeds<unknown>; readonly weights: unknown },
  words: Float32Array,
  {
    seed,
    sharedRows,
    others = [],
  }: { readonly seed: number; readonly sharedRows: SharedRows; readonly others?: readonly string[] },
): void {
  for (const { path, need } of weightNeeds(layer)) {
    if (need.kind !== 'matrix' || others.some(start => path.startsWith(start))) continue;
    const [rows, width] = need.shape as readonly [number, number];
    const normal = (deviation: number) => normalValues(seed, path, rows * width).map(value => value * deviation);
    const alike = (own: number, deviation: number) => {
      const values = normal(own);
      sharedRows(values, { path, width, deviation });
      return values;
    };
    if (path === 'embedding.read.weight') replaceLeaf(weights, path, words.slice());
    else if (path === 'embedding.weight') replaceLeaf(weights, path, alike(0.1, 0.3));
    else if (path === 'head.weight') replaceLeaf(weights, path, alike(0.02, 0.02));
    else replaceLeaf(weights, path, normal(deviationOf(path, width)));
  }
}

/** Rows of points that are alike in one column or row of a grid. */
export function gridRows(grid: number, seed: number): SharedRows {
  return (rows, { path, width, deviation }) => {
    const shared = normalValues(seed, `${path}.shared`, 2 * grid * width);
    for (let point = 0; point < grid * grid; point++)
      for (let i = 0; i < width; i++) {
        const [x, y] = [point % grid, grid + Math.floor(point / grid)];
        rows[point * width + i]! += deviation * (shared[x * width + i]! + shared[y * width + i]!);
      }
  };
}

/** Rows of codes that are alike as are their vectors [codes, dim], by a random projection of them. */
export function codebookRows(codebook: Float32Array, dim: number, seed: number): SharedRows {
  return (rows, { path, width, deviation }) => {
    const projection = normalValues(seed, `${path}.shared`, dim * width);
    for (let code = 0; code < codebook.length / dim; code++) {
      const vector = codebook.subarray(code * dim, (code + 1) * dim);
      const scale = deviation / Math.hypot(...vector);
      for (let i = 0; i < width; i++)
        for (let k = 0; k < dim; k++) rows[code * width + i]! += scale * vector[k]! * projection[k * width + i]!;
    }
  };
}

/** The deviation of a matrix that reads a vector of a width. */
function deviationOf(path: string, width: number): number {
  if (path === 'embedding.read.projection.weight') return 0.15; // word vectors have a length of √10
  if (path === 'positions.weight') return 0.1;
  const isLast = path.endsWith('attention.output.weight') || path.endsWith('mlp.down.weight');
  return (isLast ? 0.3 : 0.7) / Math.sqrt(width);
}
