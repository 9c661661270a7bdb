import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ByteImage } from '../raw-image.js';
import { fail } from '../read/errors.js';
import type { JpegHeader } from '../read/jpeg/header.js';
import { decodeByMozjpeg } from '../read/jpeg/mozjpeg.js';
import { orient } from '../read/orient.js';

let compiled: Promise<WebAssembly.Module> | undefined;

const wasmPath = () => createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');

/** Compiles the decoder of JPEG, once. */
async function jpegModule(): Promise<WebAssembly.Module> {
  compiled ??= readFile(wasmPath()).then(bytes => WebAssembly.compile(bytes));
  return compiled;
}

/** Decodes a JPEG to three channels, upright. */
export async function decodeJpeg(bytes: Uint8Array, header: JpegHeader): Promise<ByteImage> {
  if (header.components === 4) fail('the JPEG is in CMYK, which Node does not read');
  return orient(await decodeByMozjpeg(bytes, await jpegModule()), header.orientation);
}

/** Refuses a file that is neither PNG nor JPEG. */
export async function decodeOther(_bytes: Uint8Array, format: string): Promise<ByteImage> {
  return fail(`the file is ${format}; Node reads PNG and JPEG`);
}
