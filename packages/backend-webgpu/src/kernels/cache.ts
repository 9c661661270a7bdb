import type { PackedCacheForm } from '@residual/tensor';
import { groupsOf, quantWords, rowWords, sizeOf } from '@residual/tensor/kernels';
import { runPass } from '../program.js';
import type { Kernel } from './kernel.js';
import { quadCode } from './packed-code.js';

/** Rounds each row of x [..., width] to a form: int32 [..., words], for `int8` with its scales after its entries. */
export const pack: Kernel<'pack'> = (backend, { x }, { form }) => {
  const [leading, width] = [x.shape.slice(0, -1), x.shape.at(-1)!];
  const words = rowWords(form, width);
  return runPass(backend, {
    inputs: { x },
    shape: [...leading, words],
    dtype: 'int32',
    ints: { width, words, quantWords: quantWords(form, width), groups: groupsOf(width) },
    count: sizeOf(leading) * words,
    code: `
${halfCode}
fn entry(row : i32, i : i32) -> f32 {
  return select(0.0, x[row * uniforms.width + min(i, uniforms.width - 1)], i < uniforms.width);
}
${wordCode[form]}
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let row = index / uniforms.words;
  result[index] = bitcast<i32>(wordOf(row, index - row * uniforms.words));
}
`,
  });
};

/** The numbers of a packed cache [batch, kvHeads, capacity, words]: [batch, kvHeads, capacity, headDim]. */
export const unpackCache: Kernel<'unpackCache'> = (backend, { cache }, { form, headDim }) => {
  const [leading, words] = [cache.shape.slice(0, -1), cache.shape.at(-1)!];
  const quads = Math.ceil(headDim / 4);
  return runPass(backend, {
    inputs: { quants: cache },
    shape: [...leading, headDim],
    ints: { words, quads, width: headDim, quantWords: quantWords(form, headDim) },
    count: sizeOf(leading) * quads,
    code: `
${quadCode(form, 'quants[row * uniforms.words + uniforms.quantWords + group / 2]')}
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let row = index / uniforms.quads;
  let quad = index - row * uniforms.quads;
  let y = quadAt(row, quad);
  for (var i = 0; i < min(4, uniforms.width - 4 * quad); i++) {
    result[row * uniforms.width + 4 * quad + i] = y[i];
  }
}
`,
  });
};

/** Some sequences of a cache in another capacity; positions from `filled` on are 0. */
export const resizeCache: Kernel<'resizeCache'> = (backend, { cache, sequences }, { filled, capacity }) => {
  const [batch, kvHeads, old, width] = cache.shape as [number, number, number, number];
  const shape = [sequences?.shape[0] ?? batch, kvHeads, capacity, width];
  return runPass(backend, {
    inputs: { cache, sequences },
    shape,
    dtype: cache.dtype as 'float32' | 'int32',
    ints: { kvHeads, old, width, filled, capacity },
    count: sizeOf(shape),
    code: `
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let line = index / uniforms.width;
  let head = line / uniforms.capacity;
  let row = line - head * uniforms.capacity;
  if (row >= uniforms.filled) { result[index] = 0; return; }
  let sequence = head / uniforms.kvHeads;
  let source = ${sequences ? 'sequences[sequence]' : 'sequence'};
  let origin = source * uniforms.kvHeads + head - sequence * uniforms.kvHeads;
  result[index] = cache[(origin * uniforms.old + row) * uniforms.width + index - line * uniforms.width];
}
`,
  });
};

/** The bits of the float16 nearest to a number, ties to even, as the conversion of `@residual/number-formats`. */
const halfCode = `
fn halfOf(value : f32) -> u32 {
  let size = bitcast<u32>(value) & 0x7fffffffu;
  let sign = (bitcast<u32>(value) >> 16u) & 0x8000u;
  if (size > 0x7f800000u) { return sign | 0x7e00u; }
  if (size >= 0x47800000u) { return sign | 0x7c00u; }
  if (size >= 0x38800000u) { return sign | ((size - 0x38000000u + 0xfffu + ((size >> 13u) & 1u)) >> 13u); }
  return sign | (bitcast<u32>(abs(value) * 16777216.0 + 8388608.0) - 0x4b000000u);
}
`;

/** `wordOf`: word n of a row. */
const wordCode: Readonly<Record<PackedCacheForm, string>> = {
  f16: `
fn wordOf(row : i32, n : i32) -> u32 {
  return halfOf(entry(row, 2 * n)) | (halfOf(entry(row, 2 * n + 1)) << 16u);
}`,
  int8: `
fn scaleOf(row : i32, group : i32) -> f32 {
  var most = 0.0;
  for (var i = 32 * group; i < 32 * group + 32; i++) { most = max(most, abs(entry(row, i))); }
  return most / 127.0;
}
fn wordOf(row : i32, n : i32) -> u32 {
  if (n >= uniforms.quantWords) {
    let group = 2 * (n - uniforms.quantWords);
    if (group + 1 >= uniforms.groups) { return halfOf(scaleOf(row, group)); }
    return halfOf(scaleOf(row, group)) | (halfOf(scaleOf(row, group + 1)) << 16u);
  }
  let scale = scaleOf(row, n / 8);
  var inverse = 0.0;
  if (scale != 0.0) { inverse = 1.0 / scale; }
  var word = 0u;
  for (var i = 0; i < 4; i++) {
    let value = entry(row, 4 * n + i) * inverse;
    let whole = trunc(value);
    let rounded = i32(select(whole, whole + sign(value), abs(value - whole) >= 0.5));
    word |= (bitcast<u32>(rounded) & 255u) << u32(8 * i);
  }
  return word;
}`,
};
