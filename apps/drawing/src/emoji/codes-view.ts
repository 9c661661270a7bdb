import {
  attempt,
  byId,
  type EmojiPictures,
  fixed,
  grouped,
  latestOnly,
  loadOnce,
  make,
  on,
  openEmojiPictures,
} from '@residual/appkit';
import type { ByteImage } from '@residual/vision';
import type { Session } from '../session.js';
import { decibels } from './decibels.js';
import type { EmojiView } from './emoji-view.js';
import { imageCanvas, showImage } from './image-canvas.js';

/** How many pictures are offered. */
const offered = 12;

/** The side of the pictures that the model reads, in pixels. */
const sizeOf = ({ model }: Session) => Number((model.config.image_config as { image_size: number }).image_size);

/** A picture through the codes of the loaded model. */
export interface CodesView {
  /** Shows a file through codes. Errors if it is no picture. */
  readFile(file: File): Promise<void>;
}

/** Wires a picture, its codes, and what the codes keep of it; its codes can be taken up. */
export function codesView(session: Session, { take }: EmojiView): CodesView {
  const latest = latestOnly();
  const library = loadOnce(openEmojiPictures);
  let codes: Int32Array | undefined;
  let name = '';
  const read = async (of: string, image: ByteImage) => {
    const through = async () => {
      const encoded = await session.model.encodeImage(image);
      return { encoded, decoded: await session.model.decodeImage(encoded.codes) };
    };
    const result = await latest(through());
    if (!result) return;
    const { encoded, decoded } = result;
    [codes, name] = [encoded.codes, of];
    showImage(byId<HTMLCanvasElement>('original'), image);
    showImage(byId<HTMLCanvasElement>('decoded'), decoded);
    const table = byId('code-table');
    table.style.setProperty('--columns', String(encoded.columns));
    table.replaceChildren(...Array.from(codes, code => make('span', {}, String(code))));
    byId('codes-note').textContent =
      `${of}: ${codes.length} codes in place of ${grouped(image.width * image.height)} pixels. The peak ` +
      `signal-to-noise ratio of their picture is ${fixed(decibels(image, decoded), 1)} dB: the more, the nearer it is.`;
    byId('through').hidden = false;
  };
  const offer = async () => {
    const pictures = await library();
    const found = picturesOf(pictures, byId<HTMLInputElement>('find').value);
    const items = found.map(row => {
      const { label } = pictures.pictures[row]!;
      const image = pictures.imageOf(row);
      const button = make('button', { type: 'button', title: label }, imageCanvas(image, label));
      button.addEventListener('click', () => attempt(() => read(label, image)));
      return make('li', {}, button);
    });
    byId('found').replaceChildren(...items);
  };
  on('find', 'input', offer);
  on('find', 'focus', offer);
  on('take-codes', 'click', async () => {
    if (codes) await take(codes, `These are the codes of ${name}.`);
    byId('painting').scrollIntoView({ block: 'nearest' });
  });
  const readFile = async (file: File) => read(file.name, await pixelsOf(file, sizeOf(session)));
  on('picture', 'change', async () => {
    for (const file of byId<HTMLInputElement>('picture').files ?? []) await readFile(file);
  });
  return { readFile };
}

/** The rows of the pictures whose label or tags have all words of a text, those whose label begins with it first. */
function picturesOf({ pictures }: EmojiPictures, text: string): number[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = pictures.flatMap(({ label, tags }, row) => {
    const all = [label, ...tags].join(' ').toLowerCase();
    return words.every(word => all.includes(word)) ? [row] : [];
  });
  const begins = (row: number) => Number(pictures[row]!.label.toLowerCase().startsWith(words.join(' ')));
  return rows.sort((a, b) => begins(b) - begins(a) || a - b).slice(0, offered);
}

/** The square in the middle of a file, on white, as `size` x `size` pixels. */
async function pixelsOf(file: File, size: number): Promise<ByteImage> {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error(`${file.name} is no picture that this browser can read.`);
  });
  const side = Math.min(bitmap.width, bitmap.height);
  const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
  const context = new OffscreenCanvas(size, size).getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, size, size);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, left, top, side, side, 0, 0, size, size);
  bitmap.close();
  return { width: size, height: size, channels: 4, data: context.getImageData(0, 0, size, size).data };
}
