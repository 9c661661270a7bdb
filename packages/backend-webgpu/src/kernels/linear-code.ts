import { threads } from '../program.js';

/**
 * The number of threads that share some columns of the result; together they read 128 contiguous bytes of the weight.
 */
const lanes = 8;

/** The number of columns that they share. */
const share = 4;

/** The number of rows and of columns of the result that a thread of `forManyRows` computes. */
const side = 4;

/** The number of rows and of columns that a workgroup of `forManyRows`, 8 × 8 threads, computes. */
export const tileSide = side * 8;

/** The code for each index below a count. */
export const each = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

/**
 * How a product reads x and a weight, for rows `row0`, `row1`, ... of x and columns `column0`, ... of the result, which
 * are rows of the weight: it adds to the sums `sum0`, `sum1`, ..., row by row.
 */
export interface WeightCode {
  /** Functions and types that the rest calls. */
  readonly functions?: string;
  /** Statements before the sums. */
  readonly start?: (rows: number, columns: number) => string;
  /** The statements of step `k`, of `uniforms.length` steps in all. */
  readonly step: (rows: number, columns: number) => string;
}

/** A dense weight with entries of x and of the weight read by `width`. */
export function denseWeight(width: 1 | 4): WeightCode {
  const product = (a: string, b: string) => (width === 4 ? `dot(${a}, ${b})` : `${a} * ${b}`);
  return {
    start: (rows, columns) => `
  ${each(rows, i => `let x${i} = row${i} * uniforms.length;`)}
  ${each(columns, j => `let w${j} = column${j} * uniforms.length;`)}`,
    step: (rows, columns) => `
    ${each(rows, i => `let a${i} = x[x${i} + k];`)}
    ${each(columns, j => `let b${j} = weight[w${j} + k];`)}
    ${each(rows, i => each(columns, j => `sum${i * columns + j} += ${product(`a${i}`, `b${j}`)};`))}`,
  };
}

/**
 * Each workgroup computes 32 columns of all rows; 8 threads walk along 4 of them together and combine their sums.
 * `rows` is a power of 2.
 */
export function forFewRows(rows: number, weight: WeightCode, hasBias: boolean): string {
  return `
${weight.functions ?? ''}
var<workgroup> parts : array<f32, ${rows * share * threads}>;
fn main(index : i32) {
  let thread = i32(localId.x);
  let lane = thread % ${lanes};
  let column = index / ${lanes} * ${share};
  ${each(rows, i => `let row${i} = min(${i}, uniforms.rows - 1);`)}
  ${each(share, j => `let column${j} = min(column + ${j}, uniforms.columns - 1);`)}
  ${weight.start?.(rows, share) ?? ''}
  ${each(rows * share, n => `var sum${n} = 0.0;`)}
  for (var k = lane; k < uniforms.length; k += ${lanes}) {
    ${weight.step(rows, share)}
  }
  ${each(rows * share, n => `parts[${n * threads} + thread] = sum${n};`)}
  workgroupBarrier();
  for (var n = lane; n < uniforms.rows * ${share}; n += ${lanes}) {
    let at = column + n % ${share};
    if (at < uniforms.columns) {
      var y = ${hasBias ? 'bias[at]' : '0.0'};
      for (var i = 0; i < ${lanes}; i++) { y += parts[n * ${threads} + thread - lane + i]; }
      result[n / ${share} * uniforms.columns + at] = y;
    }
  }
}
`;
}

/**
 * Each workgroup computes 32 columns of one choice of an expert, as `forFewRows` does for one row; the rows of the
 * weight are those of the expert.
 */
export function forChosenRows(weight: WeightCode, hasBias: boolean): string {
  return `
${weight.functions ?? ''}
var<workgroup> parts : array<f32, ${share * threads}>;
fn main(index : i32) {
  let thread = i32(localId.x);
  let lane = thread % ${lanes};
  let tile = index / ${threads};
  let choice = tile / uniforms.tilesAcross;
  let column = (tile - choice * uniforms.tilesAcross) * ${(threads / lanes) * share} + thread / ${lanes} * ${share};
  let firstOfExpert = clamp(chosen[choice], 0, uniforms.experts - 1) * uniforms.columns;
  let row0 = choice / uniforms.choicesPerRow;
  ${each(share, j => `let column${j} = firstOfExpert + min(column + ${j}, uniforms.columns - 1);`)}
  ${weight.start?.(1, share) ?? ''}
  ${each(share, n => `var sum${n} = 0.0;`)}
  for (var k = lane; k < uniforms.length; k += ${lanes}) {
    ${weight.step(1, share)}
  }
  ${each(share, n => `parts[${n * threads} + thread] = sum${n};`)}
  workgroupBarrier();
  if (lane < ${share} && column + lane < uniforms.columns) {
    var y = ${hasBias ? 'bias[firstOfExpert + column + lane]' : '0.0'};
    for (var i = 0; i < ${lanes}; i++) { y += parts[lane * ${threads} + thread - lane + i]; }
    result[choice * uniforms.columns + column + lane] = y;
  }
}
`;
}

/** Each thread computes 4 rows and 4 columns. */
export function forManyRows(weight: WeightCode, hasBias: boolean): string {
  return `
${weight.functions ?? ''}
fn main(index : i32) {
  let thread = i32(localId.x);
  ${tileCode}
  let row = firstRow + thread / 8 * ${side};
  let column = firstColumn + thread % 8 * ${side};
  if (row >= uniforms.rows || column >= uniforms.columns) { return; }
  ${each(side, i => `let row${i} = min(row + ${i}, uniforms.rows - 1);`)}
  ${each(side, j => `let column${j} = min(column + ${j}, uniforms.columns - 1);`)}
  ${weight.start?.(side, side) ?? ''}
  ${each(side * side, n => `var sum${n} = 0.0;`)}
  for (var k = 0; k < uniforms.length; k++) {
    ${weight.step(side, side)}
  }
  ${each(side, i => each(side, j => writeCode(`row + ${i}`, `column + ${j}`, `sum${i * side + j}`, hasBias)))}
}
`;
}

/** Statements that find the first row and column of the tile of a workgroup. */
export const tileCode = `
  let tile = index / ${threads};
  let down = tile / uniforms.tilesAcross;
  let firstRow = down * ${tileSide};
  let firstColumn = (tile - down * uniforms.tilesAcross) * ${tileSide};`;

/** Statements that write an entry of the result, if it has it. */
export const writeCode = (row: string, column: string, sum: string, hasBias: boolean): string => `
  if (${row} < uniforms.rows && ${column} < uniforms.columns) {
    result[(${row}) * uniforms.columns + ${column}] = ${sum}${hasBias ? ` + bias[${column}]` : ''};
  }`;
