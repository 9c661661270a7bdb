import { refuse } from '../errors.js';

/** Where the samples of a WAV file are and how they are stored. */
export interface WavLayout {
  /** Samples per second. */
  readonly sampleRate: number;
  readonly channels: number;
  /** `integer`: PCM, unsigned if it has 8 bits; `float`: IEEE 754. */
  readonly encoding: 'integer' | 'float';
  /** Bytes of one sample of one channel: 1 to 4 of integers, 4 or 8 of floats. */
  readonly sampleBytes: number;
  /** Where the samples start in the file, in bytes. */
  readonly start: number;
  /** The number of samples of each channel. */
  readonly frames: number;
}

/** A request for the bytes of a file from `start` to `end`; it is answered with exactly these. */
export type ByteRequest = readonly [start: number, end: number];

/** No file of anyone has more chunks before its samples. */
const maxChunks = 10_000;

/** Sizes from here on, and 0, are written by programs that stream and cannot know the size (sox, ffmpeg, espeak-ng). */
const leastUnknownSize = 0x7fff_f000;

/**
 * Finds the samples of a WAV file of `size` bytes, and asks for the bytes it needs. Every number is checked against the
 * size of the file. Multimedia Programming Interface and Data Specifications 1.0 (1991); RF64: EBU Tech 3306.
 */
export function* wavLayout(size: number): Generator<ByteRequest, WavLayout, Uint8Array> {
  if (size < 12) refuse(`the file has ${size} bytes; the header of a WAV file has 12`);
  const start = yield [0, 12];
  const riff = viewOf(start);
  const [form, type] = [nameAt(riff, 0), nameAt(riff, 8)];
  if (!isWav(start))
    refuse(`the file begins with ${JSON.stringify(form)} and ${JSON.stringify(type)}; "RIFF" and "WAVE" would fit`);
  const riffEnd = 8 + riff.getUint32(4, true);
  let format: Format | undefined;
  let longSize: number | undefined;
  let offset = 12;
  for (let chunk = 0; offset + 8 <= size; chunk++) {
    if (chunk === maxChunks) refuse(`there are ${maxChunks} chunks and no samples`);
    const header = viewOf(yield [offset, offset + 8]);
    const name = nameAt(header, 0);
    const length = header.getUint32(4, true);
    offset += 8;
    const rest = size - offset;
    if (name === 'data') {
      if (!format) refuse('the chunk "data" is before "fmt "');
      const stated = form !== 'RIFF' && length === 0xffff_ffff ? (longSize ?? length) : length;
      const isStream = (stated > rest && stated >= leastUnknownSize) || (stated === 0 && riffEnd < size);
      if (!isStream && stated > rest) refuse(`the samples have ${stated} bytes; the rest of the file has ${rest}`);
      return layoutOf(format, offset, isStream ? rest : stated, isStream);
    }
    if (length > rest)
      refuse(`the chunk ${JSON.stringify(name)} has ${length} bytes; the rest of the file has ${rest}`);
    if (name === 'fmt ') format = formatOf(viewOf(yield [offset, offset + Math.min(length, 40)]));
    if (name === 'ds64' && length >= 16) longSize = longSizeOf(viewOf(yield [offset, offset + 16]));
    offset += length + (length % 2); // chunks start at even offsets
  }
  return refuse(`the file ends without a chunk "data"`);
}

/** Whether a file that begins with these 12 bytes is a WAV file. */
export function isWav(start: Uint8Array): boolean {
  if (start.length < 12) return false;
  const view = viewOf(start);
  return ['RIFF', 'RF64', 'BW64'].includes(nameAt(view, 0)) && nameAt(view, 8) === 'WAVE';
}

type Format = Omit<WavLayout, 'start' | 'frames'>;

function layoutOf(format: Format, start: number, bytes: number, isStream: boolean): WavLayout {
  const frameBytes = format.channels * format.sampleBytes;
  const frames = Math.floor(bytes / frameBytes);
  if (!isStream && frames * frameBytes !== bytes)
    refuse(`the samples have ${bytes} bytes, which is no multiple of the ${frameBytes} of all channels`);
  return { ...format, start, frames };
}

/** The part of the identifiers of formats (GUID) that all of WAVE_FORMAT_EXTENSIBLE have, after the code. */
const subformatEnd = '000000001000800000aa00389b71';

function formatOf(view: DataView): Format {
  if (view.byteLength < 16) refuse(`the chunk "fmt " has ${view.byteLength} bytes; it has at least 16`);
  const isExtensible = view.getUint16(0, true) === 0xfffe;
  if (isExtensible && view.byteLength < 40)
    refuse(`the extensible chunk "fmt " has ${view.byteLength} bytes; it has at least 40`);
  const code = view.getUint16(isExtensible ? 24 : 0, true);
  const channels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  const frameBytes = view.getUint16(12, true);
  const bits = view.getUint16(14, true);
  const end = isExtensible ? hexOf(view, 26) : subformatEnd;
  if ((code !== 1 && code !== 3) || end !== subformatEnd)
    refuse(`the format is ${end === subformatEnd ? nameOf(code) : 'an unknown GUID'}; 1 (PCM) and 3 (float) would fit`);
  if (channels === 0) refuse('there are 0 channels');
  if (sampleRate === 0) refuse('the rate is 0 samples per second');
  const sampleBytes = frameBytes / channels;
  const fits =
    code === 1
      ? [1, 2, 3, 4].includes(sampleBytes) && bits > 8 * (sampleBytes - 1) && bits <= 8 * sampleBytes
      : [4, 8].includes(sampleBytes) && bits === 8 * sampleBytes;
  if (!fits) {
    const wanted = code === 1 ? '1 to 32 bits of PCM' : '32 or 64 bits of floats';
    refuse(`samples have ${bits} bits, those of ${channels} channels ${frameBytes} bytes; ${wanted} would fit`);
  }
  return { sampleRate, channels, encoding: code === 1 ? 'integer' : 'float', sampleBytes };
}

const nameOf = (code: number) => `${code} (${formats[code] ?? 'unknown'})`;

const formats: Readonly<Record<number, string>> = {
  2: 'ADPCM',
  6: 'A-law',
  7: 'µ-law',
  17: 'IMA ADPCM',
  49: 'GSM 6.10',
  80: 'MPEG',
  85: 'MP3',
};

/** The size of the samples in a chunk "ds64". */
function longSizeOf(view: DataView): number {
  const bytes = view.getBigUint64(8, true);
  if (bytes > Number.MAX_SAFE_INTEGER) refuse(`the samples have ${bytes} bytes; at most 2^53 - 1 would fit`);
  return Number(bytes);
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array) => new DataView(buffer, byteOffset, byteLength);

const nameAt = (view: DataView, offset: number) =>
  String.fromCharCode(...[0, 1, 2, 3].map(index => view.getUint8(offset + index)));

function hexOf(view: DataView, from: number): string {
  let text = '';
  for (let offset = from; offset < 40; offset++) text += view.getUint8(offset).toString(16).padStart(2, '0');
  return text;
}
