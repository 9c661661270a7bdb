import { ResidualError } from '@residual/tensor';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGLBackend } from './backend.js';
import { asMatrices } from './program.js';

/** Rows [..., length, width] to write into `target` [..., capacity, width] from row `start` (int32 [1]) on. */
export interface RowWrite {
  readonly target: TensorInfo;
  readonly rows: TensorInfo;
  readonly start: TensorInfo;
}

interface RowProgram {
  readonly program: WebGLProgram;
  readonly vertices: WebGLVertexArrayObject;
  readonly uniforms: Readonly<Record<'rows' | 'start' | 'lengths' | 'parity' | 'width', WebGLUniformLocation | null>>;
}

/**
 * Draws rows into the texture of a packed tensor without changing the rest: one rectangle per matrix, which the vertex
 * shader places at `start`, in two draws, one for the even rows (the upper half of a texel) and one for the odd rows.
 * tfjs can only create new textures. Each pair of rows must be one row of the texture.
 */
export function writeRows(backend: WebGLBackend, { target, rows, start }: RowWrite): void {
  const { texture, texShape } = backend.texData.get(target.dataId);
  const [count, capacity, width] = asMatrices(target.shape);
  drawRows(backend, 'blocks', { rows, start }, (gl, uniforms) => {
    backend.gpgpu.setOutputPackedMatrixTexture(texture!.texture, ...texShape!);
    gl.uniform4i(uniforms.lengths, capacity, rows.shape.at(-2)!, width, texShape![0] / 2);
    for (const parity of [0, 1]) {
      gl.colorMask(parity === 0, parity === 0, parity === 1, parity === 1);
      gl.uniform1i(uniforms.parity, parity);
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, count);
    }
    gl.colorMask(true, true, true, true);
  });
}

/**
 * Draws rows of words into the texture of a tensor of words (`createWords`): for each matrix the rows of the texture
 * that it changes, of which other words stay.
 */
export function writeWordRows(backend: WebGLBackend, { target, rows, start }: RowWrite): void {
  const { texture, texShape } = backend.texData.get(target.dataId);
  const [count, capacity, words] = asMatrices(target.shape);
  drawRows(backend, 'words', { rows, start }, (gl, uniforms) => {
    backend.gpgpu.setOutputMatrixTexture(texture!.texture, ...texShape!);
    gl.uniform4i(uniforms.lengths, capacity, rows.shape.at(-2)!, words, texShape![0]);
    gl.uniform1i(uniforms.width, texShape![1]);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, count);
  });
}

/** Calls `draw` with the program of a kind of texture and with its inputs. */
function drawRows(
  backend: WebGLBackend,
  kind: Kind,
  { rows, start }: Omit<RowWrite, 'target'>,
  draw: (gl: WebGL2RenderingContext, uniforms: RowProgram['uniforms']) => void,
): void {
  const gl = backend.gpgpu.gl as WebGL2RenderingContext;
  const read = [rows, start].map(x => packed(backend, x));
  const { program, vertices, uniforms } = rowProgramOf(gl, kind);
  gl.useProgram(program);
  gl.bindVertexArray(vertices);
  read.forEach((x, unit) => {
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, backend.texData.get(x.dataId).texture!.texture);
  });
  draw(gl, uniforms);
  for (const x of read) if (x !== rows && x !== start) backend.disposeIntermediateTensorInfo(x);
}

/** The tensor as a packed texture: the tensor itself, or a copy that the caller disposes. */
function packed(backend: WebGLBackend, x: TensorInfo): TensorInfo {
  const data = backend.texData.get(x.dataId);
  if (!data.texture) {
    data.isPacked = true;
    data.shape = x.shape;
    backend.uploadToGPU(x.dataId);
  }
  return backend.texData.get(x.dataId).isPacked ? x : backend.packTensor(x);
}

/** What a texel of the texture holds: a block of 2 × 2 entries, or a word. */
type Kind = 'blocks' | 'words';

/** The code of a vertex and of a fragment shader. */
type Shaders = readonly [vertex: string, fragment: string];

const rowPrograms = /*#__PURE__*/ new WeakMap<WebGL2RenderingContext, { [kind in Kind]?: RowProgram }>();

function rowProgramOf(gl: WebGL2RenderingContext, kind: Kind): RowProgram {
  const programs = rowPrograms.get(gl) ?? {};
  rowPrograms.set(gl, programs);
  programs[kind] ??= compile(gl, ...(kind === 'blocks' ? blockCode : wordCode));
  return programs[kind];
}

function compile(gl: WebGL2RenderingContext, vertexCode: string, fragmentCode: string): RowProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, vertexCode],
    [gl.FRAGMENT_SHADER, fragmentCode],
  ] as const) {
    const shader = gl.createShader(kind)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader); // deleted with the program
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    throw new ResidualError('kernel', `appendToCache: the shader does not link: ${gl.getProgramInfoLog(program)}`);
  }
  const at = (name: string) => gl.getUniformLocation(program, name);
  const [lengths, parity, width] = [at('lengths'), at('parity'), at('width')];
  const uniforms = { rows: at('rows'), start: at('start'), lengths, parity, width };
  gl.useProgram(program);
  gl.uniform1i(uniforms.rows, 0);
  gl.uniform1i(uniforms.start, 1);
  return { program, vertices: gl.createVertexArray(), uniforms };
}

/** `lengths`: rows of a matrix, rows to add, their width, and the height of the texture; `width` is its own. */
const shared = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
uniform sampler2D rows;
uniform sampler2D start;
uniform ivec4 lengths;
uniform int parity;
uniform int width;
int first() { return int(texelFetch(start, ivec2(0), 0).x); }
`;

const blockCode: Shaders = [
  `${shared}
void main() {
  int capacity = (lengths.x + 1) / 2;
  int from = clamp(first() / 2, 0, capacity);
  int to = clamp((first() + lengths.y + 1) / 2, 0, capacity);
  int row = gl_InstanceID * capacity + ((gl_VertexID & 2) == 0 ? from : to);
  float x = (gl_VertexID & 1) == 0 ? -1.0 : 1.0;
  gl_Position = vec4(x, 2.0 * float(row) / float(lengths.w) - 1.0, 0.0, 1.0);
}
`,
  `${shared}
out vec4 color;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int capacity = (lengths.x + 1) / 2;
  int matrix = at.y / capacity;
  int row = 2 * (at.y - matrix * capacity) + parity - first();
  if (row < 0 || row >= lengths.y) discard;
  int index = (matrix * ((lengths.y + 1) / 2) + row / 2) * ((lengths.z + 1) / 2) + at.x;
  int width = textureSize(rows, 0).x;
  vec4 block = texelFetch(rows, ivec2(index % width, index / width), 0);
  color = ((row & 1) == 0 ? block.xy : block.zw).xyxy;
}
`,
];

/** Rows of the texture from the one with the first word that changes to the one with the last. */
const wordCode: Shaders = [
  `${shared}
void main() {
  int from = (gl_InstanceID * lengths.x + clamp(first(), 0, lengths.x)) * lengths.z;
  int to = (gl_InstanceID * lengths.x + clamp(first() + lengths.y, 0, lengths.x)) * lengths.z;
  int row = (gl_VertexID & 2) == 0 ? from / width : (to + width - 1) / width;
  float x = (gl_VertexID & 1) == 0 ? -1.0 : 1.0;
  gl_Position = vec4(x, 2.0 * float(row) / float(lengths.w) - 1.0, 0.0, 1.0);
}
`,
  `${shared}
out vec4 color;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int index = at.y * width + at.x;
  int line = index / lengths.z;
  int matrix = line / lengths.x;
  int row = line - matrix * lengths.x - first();
  int word = (matrix * lengths.y + row) * lengths.z + index - line * lengths.z;
  ivec2 size = textureSize(rows, 0);
  if (row < 0 || row >= lengths.y || word >= size.x * size.y) discard;
  color = texelFetch(rows, ivec2(word % size.x, word / size.x), 0);
}
`,
];
