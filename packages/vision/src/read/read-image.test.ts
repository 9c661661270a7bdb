import { fixtureJson } from '@residual/testkit';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../testing/pictures.js';
import { readImage } from './read-image.js';

interface File {
  readonly name: string;
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly drop: string;
  readonly white?: string;
  readonly keep?: string;
}

const files = await fixtureJson<File[]>('images/files.json');
const readable = files.filter(({ name }) => name !== 'JPEG in CMYK');
const fileNamed = (name: string) => bytesOf(files.find(file => file.name === name)!.file);

describe('pixels are those of Pillow', () => {
  test('there are files of all kinds', () => expect(files.length).toBe(54));

  test.each(readable)('$name', async ({ file, width, height, drop, white, keep }) => {
    const bytes = bytesOf(file);
    const image = await readImage(bytes);
    expect([image.width, image.height, image.channels]).toEqual([width, height, 3]);
    expect([...image.data]).toEqual([...bytesOf(drop)]);
    if (white) expect([...(await readImage(bytes, { alpha: 'white' })).data]).toEqual([...bytesOf(white)]);
    if (keep) expect([...(await readImage(bytes, { alpha: 'keep' })).data]).toEqual([...bytesOf(keep)]);
  });
});

test('bytes, a buffer and a Blob are the same', async () => {
  const bytes = fileNamed('PNG of 1 x 1');
  const image = await readImage(bytes);
  expect(await readImage(bytes.slice().buffer)).toEqual(image);
  expect(await readImage(new Blob([bytes.slice()]))).toEqual(image);
});

test('several images are read at once, and nothing is left in the global object', async () => {
  const bytes = fileNamed('JPEG 4:2:0');
  const images = await Promise.all([1, 2, 3].map(() => readImage(bytes)));
  for (const image of images) expect(image).toEqual(images[0]);
  expect('ImageData' in globalThis).toBe(false);
});

const patched = (bytes: Uint8Array, at: number, ...values: number[]) => {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
};
const png = fileNamed('PNG type 2, 8 bits');
const jpeg = fileNamed('JPEG 4:4:4');
const frameAt = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);

/** A PNG with other numbers in its header, and their checksum. */
async function withHeader(...header: number[]) {
  const copy = patched(png, 16, ...header);
  const { crc32 } = await import('./png/crc.js');
  new DataView(copy.buffer).setUint32(29, crc32(copy.subarray(12, 29)));
  return copy;
}

describe('files that are not whole are refused', () => {
  const refused = (source: unknown, message: string) =>
    expect(readImage(source as Uint8Array)).rejects.toThrow(message);

  test('a PNG cut off anywhere before its last pixel, and not after it', async () => {
    for (let length = 8; length < png.length - 20; length++)
      await expect(readImage(png.subarray(0, length))).rejects.toThrow(/^readImage: /);
    expect(await readImage(png.subarray(0, png.length - 12))).toEqual(await readImage(png));
  });

  test('a JPEG cut off anywhere', async () => {
    for (let length = 3; length < jpeg.length; length++)
      await expect(readImage(jpeg.subarray(0, length))).rejects.toThrow(/^readImage: the JPEG/);
  });

  test('sizes that the file cannot hold, before memory is taken', async () => {
    await refused(await withHeader(0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60), '60000 x 60000 pixels, 3600000000 in all');
    await refused(await withHeader(0, 0, 0x40, 0, 0, 0, 0x40, 0), 'has 16384 x 16384 pixels, which');
    await refused(await withHeader(0, 1, 0, 0, 0, 0, 0, 1), 'has 65536 x 1 pixels; sides are at most 65535');
    await refused(await withHeader(0, 0, 0, 0, 0, 0, 0, 1), 'the PNG says that it has 0 x 1 pixels');
    await refused(patched(jpeg, frameAt + 5, 0x30, 0, 0x30, 0), 'has 12288 x 12288 pixels, which');
    await refused(patched(jpeg, frameAt + 5, 0xff, 0xff, 0xff, 0xff), 'has 65535 x 65535 pixels, 4294836225 in all');
    await refused(patched(jpeg, frameAt + 5, 0, 0), 'the JPEG says that it has 19 x 0 pixels');
  });

  test('numbers that the formats do not know', async () => {
    await refused(await withHeader(0, 0, 0, 7, 0, 0, 0, 5, 3), 'has colour type 2 with 3 bits');
    await refused(await withHeader(0, 0, 0, 7, 0, 0, 0, 5, 8, 5), 'has colour type 5 with 8 bits');
    await refused(await withHeader(0, 0, 0, 7, 0, 0, 0, 5, 8, 2, 1), 'has compression 1, filter 0 and interlacing 0');
    await refused(patched(png, 16, 1), "the checksum of the PNG's chunk IHDR is wrong");
    await refused(await withHeader(0, 0, 0, 7, 0, 0, 0, 5, 8, 3), 'the PNG needs a palette of 1 to 256 colours');
    await refused(patched(png, 12, 0x49, 0x44), 'the PNG begins with the chunk "IDDR", not IHDR');
    await refused(patched(jpeg, frameAt + 1, 0xc3), 'the JPEG has lossless coding, which is not read');
    await refused(patched(jpeg, frameAt + 1, 0xc9), 'the JPEG has arithmetic coding, which is not read');
    await refused(patched(jpeg, frameAt + 4, 12), 'the JPEG has samples of 12 bits; 8 are read');
    await refused(patched(jpeg, frameAt + 11, 0x50), 'the JPEG has sampling factors 5x0, 1x1, 1x1');
    const body = png.findIndex((byte, i) => byte === 0x49 && png[i + 1] === 0x44 && png[i + 2] === 0x41);
    await refused(patched(png, body + 4, 0xff), 'the compressed pixels of the PNG are broken after 0 of 110 bytes');
  });

  test('other files and values', async () => {
    await refused(fileNamed('JPEG in CMYK'), 'readImage: the JPEG is in CMYK, which Node does not read');
    await refused(new Uint8Array(0), 'readImage: the file is empty');
    await refused(new TextEncoder().encode('GIF89a'), 'the file is a GIF; Node reads PNG and JPEG');
    await refused(Uint8Array.of(1, 2, 3), 'the file is in no format that is known; Node reads PNG and JPEG');
    await refused('image.png', 'readImage: source is "image.png"; it must be bytes, an ArrayBuffer, a Blob');
    await expect(readImage(png, { alpha: 'black' as never })).rejects.toThrow('readImage: alpha is "black"');
  });
});
