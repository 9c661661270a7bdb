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

const each = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

const product = (width: 1 | 4, a: string, b: string) => (width === 4 ? `dot(${a}, ${b})` : `${a} * ${b}`);

/**
 * Each workgroup computes 32 columns of all rows; 8 threads walk along 4 of them together and combine their sums.
 * `rows` is a power of 2.
 */
export function forFewRows(rows: number, width: 1 | 4, hasBias: boolean): string {
  return `
var<workgroup> parts : array<f32, ${rows * share * threads}>;
fn main(index : i32) {
  let thread = i32(localId.x);
  let lane = thread % ${lanes};
  let column = index / ${lanes} * ${share};
  ${each(rows, i => `let x${i} = min(${i}, uniforms.rows - 1) * uniforms.length;`)}
  ${each(share, j => `let w${j} = min(column + ${j}, uniforms.columns - 1) * uniforms.length;`)}
  ${each(rows * share, n => `var sum${n} = 0.0;`)}
  for (var k = lane; k < uniforms.length; k += ${lanes}) {
    ${each(rows, i => `let a${i} = x[x${i} + k];`)}
    ${each(share, j => `let b${j} = weight[w${j} + k];`)}
    ${each(rows, i => each(share, j => `sum${i * share + j} += ${product(width, `a${i}`, `b${j}`)};`))}
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

/** Each thread computes 4 rows and 4 columns, and reads its inputs through the shared memory of the workgroup. */
export function forManyRows(width: 1 | 4, hasBias: boolean): string {
  return `
fn main(index : i32) {
  let thread = i32(localId.x);
  let tile = index / ${threads};
  let down = tile / uniforms.tilesAcross;
  let row = down * ${tileSide} + thread / 8 * ${side};
  let column = (tile - down * uniforms.tilesAcross) * ${tileSide} + thread % 8 * ${side};
  if (row >= uniforms.rows || column >= uniforms.columns) { return; }
  ${each(side, i => `let x${i} = min(row + ${i}, uniforms.rows - 1) * uniforms.length;`)}
  ${each(side, j => `let w${j} = min(column + ${j}, uniforms.columns - 1) * uniforms.length;`)}
  ${each(side * side, n => `var sum${n} = 0.0;`)}
  for (var k = 0; k < uniforms.length; k++) {
    ${each(side, i => `let a${i} = x[x${i} + k];`)}
    ${each(side, j => `let b${j} = weight[w${j} + k];`)}
    ${each(side, i => each(side, j => `sum${i * side + j} += ${product(width, `a${i}`, `b${j}`)};`))}
  }
  ${each(side, i =>
    each(
      side,
      j => `
  if (row + ${i} < uniforms.rows && column + ${j} < uniforms.columns) {
    let y = sum${i * side + j}${hasBias ? ` + bias[column + ${j}]` : ''};
    result[(row + ${i}) * uniforms.columns + column + ${j}] = y;
  }`,
    ),
  )}
}
`;
}
