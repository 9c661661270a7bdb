import { ResidualError, showShape } from '@residual/tensor';
import { sizeOf } from '@residual/tensor/kernels';
import type { DataId, TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGLBackend } from './backend.js';
import { createTexture, pixels, type TextureData } from './texture.js';
import { writeTexels } from './write-texels.js';

/** The most words in a group of a packed matrix: a row of a texture has whole groups. */
const groupWords = 8;

const hasWords = (data: TextureData) => (data.usage as number) === pixels && data.texture != null;

/**
 * Gives an int32 tensor a texture for its words, not initialized. Each texel holds one word, its four bytes from the
 * lowest to the highest as red, green, blue and alpha. From then on the tensor has this texture alone, and only kernels
 * that read words may use it.
 */
export function createWords(backend: WebGLBackend, x: Pick<TensorInfo, 'dataId' | 'shape'>): void {
  const { gl } = backend.gpgpu;
  const size = sizeOf(x.shape);
  const square = groupWords * Math.ceil(Math.sqrt(size) / groupWords);
  const width = Math.min(gl.getParameter(gl.MAX_TEXTURE_SIZE), square);
  createTexture(backend, x, { texShape: [Math.ceil(size / width), width], usage: pixels });
}

/** Writes words of a tensor of `createWords` from an index on. */
export function writeWords(backend: WebGLBackend, dataId: DataId, index: number, words: Int32Array): void {
  const { texture, texShape } = backend.texData.get(dataId);
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  writeTexels(backend.gpgpu.gl as WebGL2RenderingContext, texture!.texture, texShape![1], index, bytes);
}

/** Uploads the words of an int32 tensor in main memory, exactly: tfjs would make floats of them. */
export function uploadWords(backend: WebGLBackend, x: TensorInfo): void {
  const data = backend.texData.get(x.dataId);
  if (hasWords(data)) return;
  const words = data.values;
  if (!(words instanceof Int32Array))
    throw new ResidualError('matrix', `unpack: the words ${showShape(x.shape)} of a packed matrix were changed`);
  createWords(backend, x);
  writeWords(backend, x.dataId, 0, words);
}

/** Whether an int32 tensor has a texture of words. */
export function isWords(backend: WebGLBackend, { dataId }: Pick<TensorInfo, 'dataId'>): boolean {
  return hasWords(backend.texData.get(dataId));
}

/**
 * The words of a tensor that has a texture of words; undefined for another one. The function of tfjs for bytes asks
 * WebGL 2 for a format that it has not.
 */
export function downloadWords(backend: WebGLBackend, dataId: DataId): Int32Array | undefined {
  const data = backend.texData.get(dataId);
  if (!data || !hasWords(data)) return undefined;
  const { gl } = backend.gpgpu;
  const [height, width] = data.texShape!;
  const words = new Int32Array(height * width);
  const framebuffer = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, data.texture!.texture, 0);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(words.buffer));
  gl.deleteFramebuffer(framebuffer); // and with it its binding; each program binds its own
  return words.slice(0, sizeOf(data.shape));
}
