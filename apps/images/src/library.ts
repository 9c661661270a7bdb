import { type EmojiPictures, emojiAddress, fetchFile, openEmojiPictures } from '@residual/appkit';
import { bytesSource, openSafetensors } from '@residual/safetensors';
import type { Rows } from './vectors.js';

/** The pictures and words that come with the page. */
export interface Library extends EmojiPictures {
  /** The vectors by the model that comes with the page. */
  readonly vectors: { readonly pictures: Rows; readonly words: Rows };
}

/** Loads the pictures, their labels and all vectors. */
export async function openLibrary(): Promise<Library> {
  const [pictures, vectors] = await Promise.all([
    openEmojiPictures(),
    fetchFile(emojiAddress('vectors.safetensors')).then(response => response.arrayBuffer()),
  ]);
  const file = await openSafetensors(bytesSource(new Uint8Array(vectors)));
  const read = async (name: string): Promise<Rows> => {
    const [{ data, shape }, { data: scales }] = await Promise.all([file.read(name), file.read(`${name}.scales`)]);
    const [count, dim] = shape as [number, number];
    return {
      count,
      dim,
      data: unitRows(
        Float32Array.from(data as Int8Array, (value, i) => value * Number(scales[Math.floor(i / dim)])),
        dim,
      ),
    };
  };
  return { ...pictures, vectors: { pictures: await read('pictures'), words: await read('words') } };
}

/** Scales each row to length 1, which rounding to 8 bits has changed a little. */
function unitRows(data: Float32Array, dim: number): Float32Array {
  for (let from = 0; from < data.length; from += dim) {
    const length = Math.hypot(...data.subarray(from, from + dim)) || 1;
    for (let i = from; i < from + dim; i++) data[i]! /= length;
  }
  return data;
}
