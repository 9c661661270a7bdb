import type { PackedForm } from '@residual/tensor';
import { hasScales } from '@residual/tensor/kernels';

/**
 * The float32 of the two float16 in a word, exactly: `unpack2x16float` may take subnormal ones for zero, and the scale
 * of a group of small weights is one.
 */
const halvesCode = `
fn halvesOf(word : u32) -> vec2<f32> {
  let bits = vec2<u32>(word & 0xffffu, word >> 16u);
  let size = bits & vec2<u32>(0x7fffu);
  let rebias = select(vec2<u32>(112u), vec2<u32>(224u), size >= vec2<u32>(0x7c00u)) << vec2<u32>(23u);
  let normal = bitcast<vec2<f32>>((size << vec2<u32>(13u)) + rebias);
  let value = select(normal, vec2<f32>(size) * ${2 ** -24}, size < vec2<u32>(0x400u));
  return select(value, -value, bits >= vec2<u32>(0x8000u));
}
`;

/** `quadOf`: four consecutive entries of the words that hold them, before they are scaled. */
const quadOf: Readonly<Record<PackedForm, string>> = {
  f16: `
fn quadOf(first : u32, second : u32) -> vec4<f32> { return vec4<f32>(halvesOf(first), halvesOf(second)); }`,
  bf16: `
fn quadOf(first : u32, second : u32) -> vec4<f32> {
  return bitcast<vec4<f32>>(vec4<u32>(first << 16u, first & 0xffff0000u, second << 16u, second & 0xffff0000u));
}`,
  int8: `
fn quadOf(word : u32) -> vec4<f32> {
  return vec4<f32>(bitcast<vec4<i32>>(vec4<u32>(word) << vec4<u32>(24u, 16u, 8u, 0u)) >> vec4<u32>(24u));
}`,
  int4: `
fn quadOf(word : u32) -> vec4<f32> {
  return vec4<f32>((vec4<u32>(word) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(15u)) - 8.0;
}`,
};

/** `quadOf`, and what it and scales need. */
export const decodeCode = (form: PackedForm): string => `
${form === 'bf16' ? '' : halvesCode}
${quadOf[form]}
`;

/** A function of a `row` and a `group` to the scale in a word. */
const scaleCode = (name: string, word: string): string => `
fn ${name}(row : i32, group : i32) -> f32 { return halvesOf(u32(${word}))[group % 2]; }`;

/** Where the rows of a packed matrix are: expressions of WGSL. */
interface Rows {
  /** The array of their words, and the words of a row. */
  readonly array: string;
  readonly words: string;
  /** The word with the scale of a `group` of a `row`. */
  readonly scale: string;
}

/**
 * The function `nameAt`: the entries 4 quad .. 4 quad + 3 of a row; those beyond the row are 0. It needs `decodeCode`.
 */
export function rowsCode(name: string, form: PackedForm, { array, words, scale }: Rows): string {
  const word = (n: string) => `${name}Word(row, ${n})`;
  const halves = `quadOf(${word('2 * quad')}, ${word('2 * quad + 1')})`;
  const entries: Readonly<Record<PackedForm, string>> = {
    f16: halves,
    bf16: halves,
    int8: `${name}Scale(row, quad / 8) * quadOf(${word('quad')})`,
    int4: `${name}Scale(row, quad / 8) * quadOf(${word('quad / 8 * 4 + quad % 4')} >> u32(quad & 4))`,
  };
  return `
fn ${name}Word(row : i32, n : i32) -> u32 {
  return select(0u, u32(${array}[row * ${words} + min(n, ${words} - 1)]), n < ${words});
}
${hasScales(form) ? scaleCode(`${name}Scale`, scale) : ''}
fn ${name}At(row : i32, quad : i32) -> vec4<f32> { return ${entries[form]}; }
`;
}

/** The word of the input `scales` that holds the scale of a row and a group. */
const scaleWord = 'scales[row * uniforms.scaleWords + group / 2]';

/** The function `quadAt` of the arrays `quants` and `scales`, with the uniforms of `packedInts`. */
export const quadCode = (form: PackedForm, scale = scaleWord): string =>
  decodeCode(form) + rowsCode('quad', form, { array: 'quants', words: 'uniforms.words', scale });

/** How code reads whole rows by 16 bytes, which is four words, with `quants` as an array of vec4. */
export interface Chunk {
  /** The entries of four words. */
  readonly entries: number;
  /** Functions that the expressions below call. */
  readonly functions: string;
  /** An expression of the scale of chunk `k` of a row; undefined if the form has none. */
  readonly scale?: ((row: string) => string) | undefined;
  /** Expressions of the entries of the words `name` by fours, before they are scaled. */
  readonly quads: (name: string) => readonly string[];
}

const [x, y, z, w] = ['x', 'y', 'z', 'w'];

/** The chunks of a form. */
export function chunkOf(form: PackedForm): Chunk {
  const functions = decodeCode(form) + (hasScales(form) ? scaleCode('scaleAt', scaleWord) : '');
  const words = (name: string) => [x, y, z, w].map(component => `u32(${name}.${component})`);
  const pairs = (name: string) => {
    const [first, second, third, fourth] = words(name);
    return [`quadOf(${first}, ${second})`, `quadOf(${third}, ${fourth})`];
  };
  if (!hasScales(form)) return { entries: 8, functions, quads: pairs };
  if (form === 'int8')
    return {
      entries: 16,
      functions,
      scale: row => `scaleAt(${row}, k / 2)`,
      quads: name => words(name).map(word => `quadOf(${word})`),
    };
  return {
    entries: 32,
    functions,
    scale: row => `scaleAt(${row}, k)`,
    quads: name => [0, 4].flatMap(shift => words(name).map(word => `quadOf(${word} >> ${shift}u)`)),
  };
}
