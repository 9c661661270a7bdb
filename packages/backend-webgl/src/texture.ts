import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGLBackend } from './backend.js';

/** `TextureUsage.PIXELS` of tfjs, which it does not export: a texture with four bytes in a texel. */
export const pixels = 2;

/** Members of the backend of tfjs that its types hide. */
interface TextureOwner {
  acquireTexture(
    texShape: [number, number],
    usage: number,
    dtype: string,
    isPacked: boolean,
  ): { texture: WebGLTexture };
}

/** What tfjs knows of the data of a tensor. */
export type TextureData = ReturnType<WebGLBackend['texData']['get']>;

/** Gives a tensor a packed texture of tfjs, not initialized, in the place of what it has in main memory. */
export function createTexture(
  backend: WebGLBackend,
  { dataId, shape }: Pick<TensorInfo, 'dataId' | 'shape'>,
  { texShape, usage }: { readonly texShape: [number, number]; readonly usage: number },
): void {
  const data = backend.texData.get(dataId);
  const texture = (backend as unknown as TextureOwner).acquireTexture(texShape, usage, data.dtype, true);
  Object.assign(data, { texture, texShape, usage, isPacked: true, shape, values: null });
}
