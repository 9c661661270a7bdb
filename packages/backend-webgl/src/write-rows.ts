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
  readonly uniforms: Readonly<Record<'rows' | 'start' | 'lengths' | 'parity', WebGLUniformLocation | null>>;
}

/**
 * Draws rows into the texture of a packed tensor without changing the rest: one rectangle per matrix, which the vertex
 * shader places at `start`, in two draws, one for the even rows (the upper half of a texel) and one for the odd rows.
 * tfjs can only create new textures. Each pair of rows must be one row of the texture.
 */
export function writeRows(backend: WebGLBackend, { target, rows, start }: RowWrite): void {
  const gl = backend.gpgpu.gl as WebGL2RenderingContext;
  const { texture, texShape } = backend.texData.get(target.dataId);
  const [count, capacity, width] = asMatrices(target.shape);
  const read = [rows, start].map(x => packed(backend, x));
  const rowProgram = rowProgramOf(gl);
  backend.gpgpu.setOutputPackedMatrixTexture(texture!.texture, ...texShape!);
  gl.useProgram(rowProgram.program);
  gl.bindVertexArray(rowProgram.vertices);
  read.forEach((x, unit) => {
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, backend.texData.get(x.dataId).texture!.texture);
  });
  gl.uniform4i(rowProgram.uniforms.lengths, capacity, rows.shape.at(-2)!, width, texShape![0] / 2);
  for (const parity of [0, 1]) {
    gl.colorMask(parity === 0, parity === 0, parity === 1, parity === 1);
    gl.uniform1i(rowProgram.uniforms.parity, parity);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, count);
  }
  gl.colorMask(true, true, true, true);
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

const rowPrograms = /*#__PURE__*/ new WeakMap<WebGL2RenderingContext, RowProgram>();

function rowProgramOf(gl: WebGL2RenderingContext): RowProgram {
  const program = rowPrograms.get(gl) ?? compile(gl);
  rowPrograms.set(gl, program);
  return program;
}

function compile(gl: WebGL2RenderingContext): RowProgram {
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
  const uniforms = { rows: at('rows'), start: at('start'), lengths: at('lengths'), parity: at('parity') };
  gl.useProgram(program);
  gl.uniform1i(uniforms.rows, 0);
  gl.uniform1i(uniforms.start, 1);
  return { program, vertices: gl.createVertexArray(), uniforms };
}

/** `lengths`: rows of a matrix, rows to add, width, and the height of the texture. */
const shared = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
uniform sampler2D rows;
uniform sampler2D start;
uniform ivec4 lengths;
uniform int parity;
int first() { return int(texelFetch(start, ivec2(0), 0).x); }
`;

const vertexCode = `${shared}
void main() {
  int capacity = (lengths.x + 1) / 2;
  int from = clamp(first() / 2, 0, capacity);
  int to = clamp((first() + lengths.y + 1) / 2, 0, capacity);
  int row = gl_InstanceID * capacity + ((gl_VertexID & 2) == 0 ? from : to);
  float x = (gl_VertexID & 1) == 0 ? -1.0 : 1.0;
  gl_Position = vec4(x, 2.0 * float(row) / float(lengths.w) - 1.0, 0.0, 1.0);
}
`;

const fragmentCode = `${shared}
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
`;
