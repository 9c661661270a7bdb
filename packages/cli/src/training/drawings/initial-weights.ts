import { normalValues } from '@residual/base';
import { type HasNeeds, weightNeeds } from '@residual/layers';
import { replaceLeaf } from '../replace-leaf.js';
import type { DrawingWords } from './vocabulary.js';

/**
 * The start of a model that draws: its word vectors; vectors of points that are alike in one column or row, as are the
 * rows of the head; and matrices that keep the size of what goes through them, those at the end of a block smaller.
 */
export function initialWeights(
  { layer, weights }: { readonly layer: HasNeeds<unknown>; readonly weights: unknown },
  words: DrawingWords,
  { grid, seed }: { readonly grid: number; readonly seed: number },
): void {
  for (const { path, need } of weightNeeds(layer)) {
    if (need.kind !== 'matrix') continue;
    const [rows, columns] = need.shape as readonly [number, number];
    const normal = (deviation: number) => normalValues(seed, path, rows * columns).map(value => value * deviation);
    if (path === 'embedding.read.weight') replaceLeaf(weights, path, words.values.slice());
    else if (path === 'embedding.weight') replaceLeaf(weights, path, gridRows(normal(0.1), 0.3));
    else if (path === 'head.weight') replaceLeaf(weights, path, gridRows(normal(0.02), 0.02));
    else replaceLeaf(weights, path, normal(deviationOf(path, columns)));

    /** Adds to the row of each point what it shares with its column and with its row of the grid. */
    function gridRows(own: Float32Array, deviation: number): Float32Array {
      const shared = normalValues(seed, `${path}.shared`, 2 * grid * columns);
      for (let point = 0; point < grid * grid; point++)
        for (let i = 0; i < columns; i++) {
          const [x, y] = [point % grid, grid + Math.floor(point / grid)];
          own[point * columns + i]! += deviation * (shared[x * columns + i]! + shared[y * columns + i]!);
        }
      return own;
    }
  }
}

/** The deviation of a matrix that reads a vector of a width. */
function deviationOf(path: string, width: number): number {
  if (path === 'embedding.read.projection.weight') return 0.15; // word vectors have a length of √10
  const isLast = path.endsWith('attention.output.weight') || path.endsWith('mlp.down.weight');
  return (isLast ? 0.3 : 0.7) / Math.sqrt(width);
}
