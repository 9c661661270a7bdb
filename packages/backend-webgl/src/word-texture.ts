import { ResidualError, showShape } from '@residual/tensor';
import type { DataId, TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGLBackend } from './backend.js';

/** `TextureUsage.PIXELS` of tfjs, which it does not export: a texture with four bytes in a texel. */
const pixels = 2;

/** Members of the backend of tfjs that its types hide. */
interface TextureOwner {
  acquireTexture(
    texShape: [number, number],
    usage: number,
    dtype: string,
    isPacked: boolean,
  ): { texture: WebGLTexture };
}

/** The most words in a group of a packed matrix: a row of a texture has whole groups. */
const groupWords = 8;

type TextureData = ReturnType<WebGLBackend['texData']['get']>;

const hasWords = (data: TextureData) => (data.usage as number) === pixels && data.texture != null;

/**
 * Uploads the words of an int32 tensor, exactly: tfjs would make floats of them. Each texel holds one word, its four
 * bytes from the lowest to the highest as red, green, blue and alpha. From then on the tensor has this texture alone,
 * and only kernels that read words may use it.
 */
export function uploadWords(backend: WebGLBackend, x: TensorInfo): void {
  const data = backend.texData.get(x.dataId);
  if (hasWords(data)) return;
  const words = data.values;
  if (!(words instanceof Int32Array))
    throw new ResidualError('matrix', `unpack: the words ${showShape(x.shape)} of a packed matrix were changed`);
  const { gpgpu } = backend;
  const width = Math.min(
    gpgpu.gl.getParameter(gpgpu.gl.MAX_TEXTURE_SIZE),
    groupWords * Math.ceil(Math.sqrt(words.length) / groupWords),
  );
  const texShape: [number, number] = [Math.ceil(words.length / width), width];
  const texture = (backend as unknown as TextureOwner).acquireTexture(texShape, pixels, 'int32', true);
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  gpgpu.uploadDenseMatrixToTexture(texture.texture, texShape[1], texShape[0], bytes);
  Object.assign(data, { texture, texShape, usage: pixels, isPacked: true, shape: x.shape, values: null });
}

/** The words of a tensor that `uploadWords` has uploaded; undefined for another one. */
export function downloadWords(backend: WebGLBackend, dataId: DataId): Int32Array | undefined {
  const data = backend.texData.get(dataId);
  if (!data || !hasWords(data)) return undefined;
  const { buffer } = backend.gpgpu.downloadByteEncodedFloatMatrixFromOutputTexture(
    data.texture!.texture,
    ...data.texShape!,
  ) as Float32Array;
  return new Int32Array(buffer as ArrayBuffer).slice(
    0,
    data.shape.reduce((product, length) => product * length, 1),
  );
}
