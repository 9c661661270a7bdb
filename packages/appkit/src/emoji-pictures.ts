import type { ByteImage } from '@residual/vision';

/** An emoji as a picture. */
interface Picture {
  readonly emoji: string;
  readonly label: string;
  readonly tags: readonly string[];
}

/** The pictures of `@residual/model-emoji-clip`, with what is listed beside them. */
export interface EmojiPictures {
  readonly pictures: readonly Picture[];
  /** The words of its search. */
  readonly words: readonly string[];
  /** The side of a picture in pixels. */
  readonly size: number;
  readonly columns: number;
  /** The address of the sheet with all pictures. */
  readonly sheet: string;
  /** The row of an emoji; undefined if there is no picture of it. */
  rowOf(emoji: string): number | undefined;
  /** The pixels of a picture. */
  imageOf(row: number): ByteImage;
}

/** The address of a file of the pictures, whose vectors lie there too. */
export const emojiAddress = (name: string): string =>
  new URL(`../data/model-emoji-clip/${name}`, document.baseURI).href;

/** The variation selector, which some emoji are typed with and some without. */
const plain = (emoji: string) => emoji.replaceAll('\u{fe0f}', '');

/** Loads the sheet of pictures and their labels. */
export async function openEmojiPictures(): Promise<EmojiPictures> {
  const sheet = emojiAddress('pictures.png');
  const [list, bitmap] = await Promise.all([
    fetchFile(emojiAddress('pictures.json')).then(response => response.json()),
    fetchFile(sheet).then(async response => createImageBitmap(await response.blob())),
  ]);
  const { size, columns, pictures, words } = list as Pick<EmojiPictures, 'size' | 'columns' | 'pictures' | 'words'>;
  const rows = new Map(pictures.map(({ emoji }, row) => [plain(emoji), row]));
  const canvas = new OffscreenCanvas(size, size);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  return {
    pictures,
    words,
    size,
    columns,
    sheet,
    rowOf: emoji => rows.get(plain(emoji)),
    imageOf: row => {
      const [left, top] = [(row % columns) * size, Math.floor(row / columns) * size];
      context.drawImage(bitmap, left, top, size, size, 0, 0, size, size);
      const { data } = context.getImageData(0, 0, size, size);
      return { width: size, height: size, channels: 4, data };
    },
  };
}

/** The answer of the server to a file of the page. Errors unless it is a success. */
export async function fetchFile(address: string): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`A file of this page could not be loaded: the server answers ${response.status}.`);
  return response;
}
