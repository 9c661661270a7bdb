/** The number of weights of each kind of matrix in a decoder-only transformer, with its blocks and heads. */
export interface WeightCensus {
  readonly blocks: number;
  readonly heads: number;
  readonly embedding: number;
  readonly query: number;
  readonly key: number;
  readonly value: number;
  readonly output: number;
  readonly up: number;
  readonly down: number;
  /** 0 if the head shares the weights of the embedding. */
  readonly unembedding: number;
}

/** A kind of matrix. */
export type MatrixKind = Exclude<keyof WeightCensus, 'blocks' | 'heads'>;

/** The kinds in the order in which they are drawn. */
export const matrixKinds: readonly MatrixKind[] = [
  'embedding',
  'query',
  'key',
  'value',
  'output',
  'up',
  'down',
  'unembedding',
];

/** The matrices of one kind in one block, or a table, as a rectangle; `heads` of them lie on each other. */
export interface MatrixArea {
  readonly kind: MatrixKind;
  /** The index of the block; -1 for the embedding and the unembedding. */
  readonly block: number;
  readonly heads: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const inBlock = ['query', 'key', 'value', 'output', 'up', 'down'] as const;

/** The sum of all weights. */
export const totalOf = (census: WeightCensus): number => matrixKinds.reduce((total, kind) => total + census[kind], 0);

/**
 * Lays all matrices out in a rectangle [width, height]: the area of each is its share of the weights. The tables stand
 * at the sides, the blocks in rows between them.
 */
export function censusLayout(census: WeightCensus, width: number, height: number): MatrixArea[] {
  const total = totalOf(census);
  if (!(total > 0)) return [];
  const table = (kind: 'embedding' | 'unembedding', x: number): MatrixArea => {
    return { kind, block: -1, heads: 1, x, y: 0, width: (width * census[kind]) / total, height };
  };
  const areas: MatrixArea[] = [table('embedding', 0)];
  const left = areas[0]!.width;
  const inner = width - left - (width * census.unembedding) / total;
  const rows = rowsFor(census.blocks, Math.sqrt((census.blocks * height) / (inner || 1)));
  const ofBlock = inBlock.reduce((sum, kind) => sum + census[kind], 0);
  for (let row = 0, y = 0, block = 0; row < rows && ofBlock > 0; row++) {
    const count = Math.round((census.blocks * (row + 1)) / rows) - block;
    const rowHeight = (height * count) / census.blocks;
    for (let column = 0; column < count; column++, block++) {
      let x = left + (inner * column) / count;
      for (const kind of inBlock) {
        const share = ((inner / count) * census[kind]) / ofBlock;
        const isSplit = kind === 'query' || kind === 'key' || kind === 'value';
        areas.push({ kind, block, heads: isSplit ? census.heads : 1, x, y, width: share, height: rowHeight });
        x += share;
      }
    }
    y += rowHeight;
  }
  if (census.unembedding > 0) areas.push(table('unembedding', left + inner));
  return areas;
}

/** A number of rows near the ideal one: one that divides the blocks evenly if there is one. */
function rowsFor(blocks: number, ideal: number): number {
  const distance = (rows: number) => Math.abs(Math.log(rows / ideal));
  const even = Array.from({ length: blocks }, (_, i) => i + 1).filter(rows => blocks % rows === 0);
  const best = even.reduce((one, other) => (distance(other) < distance(one) ? other : one), 1);
  return distance(best) < 0.5 ? best : Math.max(1, Math.round(ideal));
}
