import type { PackedForm } from '@residual/tensor';
import { threads } from '../program.js';
import { each, tileCode, tileSide, type WeightCode, writeCode } from './linear-code.js';
import { chunkOf, quadCode } from './packed-code.js';

/** A packed weight whose rows are whole chunks: x is read by vec4, the weight by 16 bytes. */
export function chunkedWeight(form: PackedForm): WeightCode {
  const { entries, functions, scale, quads } = chunkOf(form);
  const perChunk = entries / 4;
  const scaled = (quad: string, j: number) => (scale ? `scale${j} * ${quad}` : quad);
  return {
    functions,
    start: rows => each(rows, i => `let x${i} = row${i} * uniforms.length * ${perChunk};`),
    step: (rows, columns) => `
    ${each(columns, j => `let words${j} = quants[column${j} * (uniforms.words / 4) + k];`)}
    ${scale ? each(columns, j => `let scale${j} = ${scale(`column${j}`)};`) : ''}
    ${each(
      perChunk,
      n => `{
      ${each(rows, i => `let a${i} = x[x${i} + ${perChunk} * k + ${n}];`)}
      ${each(columns, j => `let b${j} = ${scaled(quads(`words${j}`)[n]!, j)};`)}
      ${each(rows, i => each(columns, j => `sum${i * columns + j} += dot(a${i}, b${j});`))}
    }`,
    )}`,
  };
}

/** A packed weight of any width, by four entries. */
export const quadWeight = (form: PackedForm, width: 1 | 4): WeightCode => ({
  functions: quadCode(form) + rowCode('x', width),
  step: (rows, columns) => `
    ${each(rows, i => `let a${i} = xAt(row${i}, k);`)}
    ${each(columns, j => `let b${j} = quadAt(column${j}, k);`)}
    ${each(rows, i => each(columns, j => `sum${i * columns + j} += dot(a${i}, b${j});`))}`,
});

/** The function `xAt`: the entries 4 quad .. 4 quad + 3 of a row of an array; those beyond the row are 0. */
const rowCode = (array: string, width: 1 | 4): string => `
fn xAt(row : i32, quad : i32) -> vec4<f32> {
  let left = uniforms.inner - 4 * quad;
  ${
    width === 4
      ? `return select(vec4<f32>(0.0), ${array}[(row * uniforms.inner) / 4 + quad], left > 0);`
      : `let at = row * uniforms.inner + 4 * quad;
  let y = vec4<f32>(${array}[at], ${array}[at + 1], ${array}[at + 2], ${array}[at + 3]);
  return select(vec4<f32>(0.0), y, vec4<i32>(0, 1, 2, 3) < vec4<i32>(left));`
  }
}
`;

/**
 * The number of entries of the sums that a step adds. Some drivers compile as long as the shared memory is large, so a
 * step is short.
 */
const stepLength = 16;

/** The number of rows, and of columns or fours of columns, of the result that a thread computes. */
const side = tileSide / 8;

/**
 * A workgroup that computes 32 rows and columns of the result, its threads 4 rows each, and unpacks 16 × 32 entries of
 * the weight at a time into shared memory: `fill` says which four entries stand at `n`, and `product` adds those of
 * fours `k` of a step.
 */
const tiles = (sums: string, fill: string, product: string): string => `
var<workgroup> tileOf : array<vec4<f32>, ${(tileSide * stepLength) / 4}>;
fn main(index : i32) {
  let thread = i32(localId.x);
  ${tileCode}
  ${each(side, i => `let row${i} = min(firstRow + thread / 8 + ${8 * i}, uniforms.rows - 1);`)}
  ${sums}
  for (var first = 0; first < uniforms.length; first += ${stepLength / 4}) {
    for (var n = thread; n < ${(tileSide * stepLength) / 4}; n += ${threads}) { ${fill} }
    workgroupBarrier();
    for (var k = 0; k < ${stepLength / 4}; k++) {
      ${each(side, i => `let a${i} = xAt(row${i}, first + k);`)}
      ${product}
    }
    workgroupBarrier();
  }`;

/** The place of four entries of a column in a tile, such that threads at other columns read other banks. */
const bankCode = `
fn placeOf(column : i32, quad : i32) -> i32 { return column * 4 + (quad + column / 2) % 4; }
`;

/** x weightᵀ + bias for many rows. */
export const forManyPackedRows = (form: PackedForm, width: 1 | 4, hasBias: boolean): string => `
${quadCode(form)}
${rowCode('x', width)}
${bankCode}
${tiles(
  each(side * side, n => `var sum${n} = 0.0;`),
  'tileOf[placeOf(n / 4, n % 4)] = quadAt(min(firstColumn + n / 4, uniforms.columns - 1), first + n % 4);',
  `${each(side, j => `let b${j} = tileOf[placeOf(thread % 8 + ${8 * j}, k)];`)}
      ${each(side, i => each(side, j => `sum${i * side + j} += dot(a${i}, b${j});`))}`,
)}
  ${each(side, i =>
    each(side, j =>
      writeCode(
        `firstRow + thread / 8 + ${8 * i}`,
        `firstColumn + thread % 8 + ${8 * j}`,
        `sum${i * side + j}`,
        hasBias,
      ),
    ),
  )}
}
`;

/** dy weight for many rows. */
export const forGradient = (form: PackedForm, width: 1 | 4): string => `
${quadCode(form)}
${rowCode('dy', width)}
${tiles(
  each(side, i => `var sum${i} = vec4<f32>(0.0);`),
  'tileOf[n] = quadAt(min(4 * first + n / 8, uniforms.inner - 1), firstColumn / 4 + n % 8);',
  each(
    4,
    part => `let b${part} = tileOf[(4 * k + ${part}) * 8 + thread % 8];
      ${each(side, i => `sum${i} += a${i}[${part}] * b${part};`)}`,
  ),
)}
  ${each(side, i =>
    each(4, part =>
      writeCode(
        `firstRow + thread / 8 + ${8 * i}`,
        `firstColumn + 4 * (thread % 8) + ${part}`,
        `sum${i}[${part}]`,
        false,
      ),
    ),
  )}
}
`;
