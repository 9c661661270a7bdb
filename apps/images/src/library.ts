import { bytesSource, openSafetensors } from '@residual/safetensors';
import type { ByteImage } from '@residual/vision';
import type { Rows } from './vectors.js';

/** A picture of the page. */
export interface Picture {
  readonly emoji: string;
  readonly label: string;
  readonly tags: readonly string[];
}

/** The pictures and words that come with the page. */
export interface Library {
  readonly pictures: readonly Picture[];
  readonly words: readonly string[];
  /** The side of a picture in pixels. */
  readonly size: number;
  readonly columns: number;
  /** The address of the sheet with all pictures. */
  readonly sheet: string;
  /** The row of an emoji; undefined if the page has no picture of it. */
  rowOf(emoji: string): number | undefined;
  /** The pixels of a picture. */
  imageOf(row: number): ByteImage;
  /** The vectors by the model that comes with the page. */
  readonly vectors: { readonly pictures: Rows; readonly words: Rows };
}

/** The variation selector, which some emoji are typed with and some without. */
const plain = (emoji: string) => emoji.replaceAll('\u{fe0f}', '');

/** Loads the pictures, their labels and all vectors. */
export async function openLibrary(): Promise<Library> {
  const address = (name: string) => new URL(`../data/model-emoji-clip/${name}`, document.baseURI).href;
  const [list, vectors, sheet] = await Promise.all([
    fetchFile(address('pictures.json')).then(response => response.json()),
    fetchFile(address('vectors.safetensors')).then(response => response.arrayBuffer()),
    fetchFile(address('pictures.png')).then(async response => createImageBitmap(await response.blob())),
  ]);
  const { size, columns, pictures, words } = list as Pick<Library, 'size' | 'columns' | 'pictures' | 'words'>;
  const rows = new Map(pictures.map(({ emoji }, row) => [plain(emoji), row]));
  const canvas = new OffscreenCanvas(size, size);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
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
  return {
    pictures,
    words,
    size,
    columns,
    sheet: address('pictures.png'),
    rowOf: emoji => rows.get(plain(emoji)),
    imageOf: row => {
      const [left, top] = [(row % columns) * size, Math.floor(row / columns) * size];
      context.drawImage(sheet, left, top, size, size, 0, 0, size, size);
      const { data } = context.getImageData(0, 0, size, size);
      return { width: size, height: size, channels: 4, data };
    },
    vectors: { pictures: await read('pictures'), words: await read('words') },
  };
}

async function fetchFile(address: string): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`A file of this page could not be loaded: the server answers ${response.status}.`);
  return response;
}

/** Scales each row to length 1, which rounding to 8 bits has changed a little. */
function unitRows(data: Float32Array, dim: number): Float32Array {
  for (let from = 0; from < data.length; from += dim) {
    const length = Math.hypot(...data.subarray(from, from + dim)) || 1;
    for (let i = from; i < from + dim; i++) data[i]! /= length;
  }
  return data;
}
