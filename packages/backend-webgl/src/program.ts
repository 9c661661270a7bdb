import { presentInputs, type ShaderPass, sizeOf } from '@residual/tensor/kernels';
import type { GPGPUProgram } from '@tensorflow/tfjs-backend-webgl';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGLBackend } from './backend.js';
import { createWords } from './word-texture.js';

/**
 * One run of a fragment shader, once per texel of its output: GLSL ES 3.00 with a `main` that calls `setOutput(vec4)`.
 * `HAS_name` is defined for each input that is present.
 */
export interface Pass extends ShaderPass {
  /** Variants of the code: `true` defines the name. */
  readonly variants?: Readonly<Record<string, boolean>>;
  /**
   * Whether the output is int32 in a texture of words, one in a texel (`createWords`): then `main` runs once per word
   * and calls `setWord(uint)`, or `setBytes(vec4)` with the texel of another word; `wordIndex()` is the index of the
   * word.
   */
  readonly words?: boolean;
}

/**
 * A texel holds a block of 2 × 2 entries of the last two axes: (0,0) (0,1) (1,0) (1,1) are its x y z w. Blocks follow
 * one another in rows of the texture. Entries beyond an odd axis are undefined. Lengths are uniforms, not code, so that
 * one program serves all shapes. Long loops walk along a texture and read by `texture`, which is a third faster than
 * `texelFetch` with software rendering, and no slower elsewhere.
 */
const common = `
/** The number of pairs in an axis of length n; an odd axis ends with half a pair. */
int pairCount(int n) { return (n + 1) / 2; }
ivec2 texelPosition(sampler2D t, int index) {
  int width = textureSize(t, 0).x;
  int y = index / width;
  return ivec2(index - y * width, y);
}
vec4 texel(sampler2D t, int index) { return texelFetch(t, texelPosition(t, index), 0); }
int texelIndex() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  return at.y * pairCount(outTexShape.y) + at.x;
}
/** Matrix, row and column of the first entry of this texel, in matrices [rows, columns]. */
ivec3 entryIndex(int rows, int columns) {
  int i = texelIndex();
  int line = i / pairCount(columns);
  int matrix = line / pairCount(rows);
  return ivec3(matrix, 2 * (line - matrix * pairCount(rows)), 2 * (i - line * pairCount(columns)));
}
float entry(sampler2D t, int rows, int columns, int batch, int row, int column) {
  vec4 block = texel(t, (batch * pairCount(rows) + row / 2) * pairCount(columns) + column / 2);
  vec2 pair = (row & 1) == 0 ? block.xy : block.zw;
  return (column & 1) == 0 ? pair.x : pair.y;
}
struct Walk { vec2 at; vec2 scale; int left; };
Walk walkFrom(sampler2D t, int index) {
  ivec2 size = textureSize(t, 0);
  ivec2 at = texelPosition(t, index);
  return Walk(vec2(at) + 0.5, 1.0 / vec2(size), size.x - at.x);
}
void wrap(inout Walk walk, int steps) {
  walk.left -= steps;
  if (walk.left > 0) return;
  walk.left = int(1.0 / walk.scale.x + 0.5);
  walk.at = vec2(0.5, walk.at.y + 1.0);
}
vec4 next(sampler2D t, inout Walk walk) {
  vec4 block = texture(t, walk.at * walk.scale);
  walk.at.x += 1.0;
  if (--walk.left == 0) wrap(walk, 0);
  return block;
}
`;

/** What sets a word of an output of words. */
const wordCode = `
int wordIndex() { return texelIndex(); }
void setBytes(vec4 bytes) { setOutput(bytes); }
void setWord(uint word) { setOutput(vec4(uvec4(word, word >> 8, word >> 16, word >> 24) & 255u) / 255.0); }
`;

/** Runs a pass and returns its output. */
export function runPass(backend: WebGLBackend, pass: Pass): TensorInfo {
  const { ints = {}, floats = {}, variants = {}, words = false, dtype = words ? 'int32' : 'float32' } = pass;
  const inputs = Object.entries(presentInputs(pass.inputs));
  const defines = [...inputs.map(([name]) => `HAS_${name}`), ...Object.keys(variants).filter(name => variants[name])];
  const program: GPGPUProgram = {
    variableNames: inputs.map(([name]) => name),
    outputShape: asMatrices(pass.shape),
    packedInputs: true,
    packedOutput: true,
    enableShapeUniforms: true,
    customUniforms: [
      ...Object.keys(ints).map(name => ({ name, type: 'int' as const })),
      ...Object.keys(floats).map(name => ({ name, type: 'float' as const })),
    ],
    userCode: defines.map(name => `#define ${name}\n`).join('') + common + (words ? wordCode : '') + pass.code,
  };
  const views = inputs.map(([, input]) => flatView(backend, input));
  const uniforms = [...Object.values(ints), ...Object.values(floats)].map(value => [value]);
  const run = () => backend.runWebGLProgram(program, views, dtype, uniforms, true);
  const output = words ? intoWords(backend, pass.shape, run) : run();
  return { ...output, shape: [...pass.shape] };
}

/**
 * Runs a program of tfjs into a texture of words. tfjs makes the output of a program itself, by its first call of
 * `makeTensorInfo`; a packed texture has half the width and height of its `texShape`, one of words all of them.
 */
function intoWords(backend: WebGLBackend, shape: readonly number[], run: () => TensorInfo): TensorInfo {
  const output = backend.makeTensorInfo([...shape], 'int32');
  createWords(backend, output);
  const data = backend.texData.get(output.dataId);
  const texShape = data.texShape!;
  data.texShape = [2 * texShape[0], 2 * texShape[1]];
  const restore = () => Reflect.deleteProperty(backend, 'makeTensorInfo');
  backend.makeTensorInfo = () => {
    restore();
    return output;
  };
  try {
    return run();
  } finally {
    restore();
    data.texShape = texShape;
  }
}

/** A shape as a batch of matrices, [batch, rows, columns]: joins all leading axes. */
export function asMatrices(shape: readonly number[]): [number, number, number] {
  return [sizeOf(shape.slice(0, -2)), shape.at(-2) ?? 1, shape.at(-1) ?? 1];
}

/** Whether two shapes of the same size have the same layout in a texture. */
export function sameLayout(a: readonly number[], b: readonly number[]): boolean {
  const [[, aRows, aColumns], [, bRows, bColumns]] = [asMatrices(a), asMatrices(b)];
  if (aColumns !== bColumns) return aRows === 1 && bRows === 1 && aColumns % 2 === 0 && bColumns % 2 === 0;
  return aRows === bRows || (aRows % 2 === 0 && bRows % 2 === 0);
}

/** The input with a shape for which tfjs does not copy it, if its layout already fits. */
function flatView(backend: WebGLBackend, input: TensorInfo): TensorInfo {
  const { isPacked, shape } = backend.texData.get(input.dataId);
  const layoutShape = isPacked && sameLayout(shape, input.shape) ? shape : input.shape;
  return { ...input, shape: asMatrices(layoutShape) };
}
