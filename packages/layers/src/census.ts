import { type MatrixNeed, type Role, sizeOf, weightNeeds } from './needs.js';
import type { HasNeeds } from './tree.js';

/**
 * Numbers of weights by role, and the number of matrices, where each head has its own query, key and value matrix, and
 * each expert its own matrices.
 */
export interface Census extends Readonly<Record<Exclude<Role, 'position'>, number>> {
  /** The sum over all roles, without vectors and position tables. */
  readonly weights: number;
  readonly matrices: number;
  /**
   * Weights of the value map of one head: as a full matrix [modelDim, modelDim], and factored into value-down and
   * value-up. Undefined if the heads differ or there are none.
   */
  readonly valueMap: { readonly full: number; readonly factored: number } | undefined;
}

/** Counts the matrices of a layer and their weights by role. */
export function census(layer: HasNeeds<unknown>): Census {
  const matrices = weightNeeds(layer, 'census').flatMap(({ need }) =>
    need.kind === 'matrix' && need.role !== 'position' ? [need] : [],
  );
  const sum = (needs: readonly MatrixNeed[], numberOf: (need: MatrixNeed) => number) =>
    needs.reduce((total, need) => total + numberOf(need), 0);
  const weightsFor = (role: Role) =>
    sum(
      matrices.filter(need => need.role === role),
      sizeOf,
    );
  return {
    embedding: weightsFor('embedding'),
    query: weightsFor('query'),
    key: weightsFor('key'),
    value: weightsFor('value'),
    output: weightsFor('output'),
    up: weightsFor('up'),
    gate: weightsFor('gate'),
    down: weightsFor('down'),
    unembedding: weightsFor('unembedding'),
    other: weightsFor('other'),
    weights: sum(matrices, sizeOf),
    matrices: sum(matrices, ({ heads, experts }) => heads * experts),
    valueMap: valueMapOf(matrices),
  };
}

/**
 * A value matrix [heads · headDim, in] and the output [out, ...] that follows it make a map [out, in] of rank headDim
 * per head.
 */
function valueMapOf(needs: readonly MatrixNeed[]): Census['valueMap'] {
  const maps = needs.flatMap((value, index) => {
    const output = value.role === 'value' && needs.slice(index + 1).find(({ role }) => role === 'output');
    if (!output) return [];
    const [[rows, width], [out]] = [value.shape, output.shape];
    return [{ full: out * width, factored: (rows / value.heads) * (out + width) }];
  });
  const [first, ...others] = maps;
  return others.every(({ full, factored }) => full === first?.full && factored === first.factored) ? first : undefined;
}
