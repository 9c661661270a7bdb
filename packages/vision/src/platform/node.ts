import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ByteImage } from '../raw-image.js';
import { fail } from '../read/errors.js';
import type { JpegHeader } from '../read/jpeg/header.js';
import { mozjpeg } from '../read/jpeg/mozjpeg.js';
import { orient } from '../read/orient.js';

let decoder: Promise<(bytes: Uint8Array) => Promise<ByteImage>> | undefined;

/** The code of the decoder of JPEG: a dependency of this file, or for a bundle of the folder where it was started. */
async function wasmBytes(): Promise<Uint8Array<ArrayBuffer>> {
  for (const from of [import.meta.url, join(process.cwd(), 'index.js')])
    try {
      return await readFile(createRequire(from).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'));
    } catch {} // not there
  return fail(`the package @jsquash/jpeg, which decodes JPEGs, is found neither from here nor from ${process.cwd()}`);
}

/** Decodes a JPEG to three channels, upright. */
export async function decodeJpeg(bytes: Uint8Array, header: JpegHeader): Promise<ByteImage> {
  if (header.components === 4) fail('the JPEG is in CMYK, which Node does not read');
  decoder ??= wasmBytes().then(async code => mozjpeg(await WebAssembly.compile(code)));
  const decode = await decoder;
  return orient(await decode(bytes), header.orientation);
}

/** Refuses a file that is neither PNG nor JPEG. */
export async function decodeOther(_bytes: Uint8Array, format: string): Promise<ByteImage> {
  return fail(`the file is ${format}; Node reads PNG and JPEG`);
}
