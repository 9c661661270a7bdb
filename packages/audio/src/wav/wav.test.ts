import { expect, test } from 'vitest';
import { type Audio, readWav, type WavEncoding, writeWav } from '../index.js';

const audio = (channels: number, length: number, sampleRate = 44_100): Audio => ({
  sampleRate,
  channels: Array.from({ length: channels }, (_, c) =>
    Float32Array.from({ length }, (_, i) => Math.sin(i * i + 5 * c) * 0.9),
  ),
});

const text = (value: string) => [...value].map(character => character.charCodeAt(0));
const little = (value: number, bytes: number) =>
  Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
const chunk = (name: string, body: readonly number[], length = body.length) => [
  ...text(name),
  ...little(length, 4),
  ...body,
  ...(body.length % 2 ? [0] : []),
];
const format = (code: number, channels: number, rate: number, bits: number, frameBytes = (channels * bits) / 8) => [
  ...little(code, 2),
  ...little(channels, 2),
  ...little(rate, 4),
  ...little(rate * frameBytes, 4),
  ...little(frameBytes, 2),
  ...little(bits, 2),
];
const file = (chunks: readonly number[], riffLength = chunks.length + 4, form = 'RIFF') =>
  Uint8Array.from([...text(form), ...little(riffLength, 4), ...text('WAVE'), ...chunks]);
const messageOf = (bytes: Uint8Array) => {
  try {
    readWav(bytes);
  } catch (error) {
    return [(error as { code: string }).code, (error as Error).message];
  }
  return undefined;
};

const steps: Readonly<Record<WavEncoding, number>> = {
  uint8: 2 ** -7,
  int16: 2 ** -15,
  int24: 2 ** -23,
  int32: 2 ** -31,
  float32: 0,
  float64: 0,
};

test.each(Object.entries(steps))('what is written as %s is read within half a step', (encoding, step) => {
  for (const channels of [1, 2, 5])
    for (const length of [0, 1, 7]) {
      const written = audio(channels, length, 96_000);
      const read = readWav(writeWav(written, { encoding: encoding as WavEncoding }));
      expect(read.sampleRate).toBe(96_000);
      expect(read.channels.map(samples => samples.length)).toEqual(Array(channels).fill(length));
      for (const [c, samples] of read.channels.entries())
        for (const [i, sample] of samples.entries())
          expect(Math.abs(sample - written.channels[c]![i]!)).toBeLessThanOrEqual(step / 2 + 2 ** -25);
    }
});

test('the samples of each encoding are those of the definition', () => {
  const read = (code: number, bits: number, body: readonly number[], frameBytes?: number) => [
    ...readWav(file([...chunk('fmt ', format(code, 1, 8000, bits, frameBytes)), ...chunk('data', body)])).channels[0]!,
  ];
  expect(read(1, 8, [0, 128, 255, 64])).toEqual([-1, 0, 127 / 128, -0.5]);
  expect(read(1, 16, [0, 0x80, 0xff, 0x7f, 1, 0])).toEqual([-1, 32_767 / 32_768, 1 / 32_768]);
  expect(read(1, 24, [0, 0, 0x80, 0xff, 0xff, 0x7f, 1, 0, 0])).toEqual([-1, (2 ** 23 - 1) / 2 ** 23, 2 ** -23]);
  expect(read(1, 32, [0, 0, 0, 0x80, 0, 0, 0, 0x40])).toEqual([-1, 0.5]);
  expect(read(1, 12, [0, 0x80, 0xf0, 0x7f], 2)).toEqual([-1, 2047 / 2048]); // in the upper bits of 16
  expect(read(3, 32, [...new Uint8Array(Float32Array.of(1.5, -0.1).buffer)])).toEqual([1.5, Math.fround(-0.1)]);
  expect(read(3, 64, [...new Uint8Array(Float64Array.of(1.5, -0.1).buffer)])).toEqual([1.5, Math.fround(-0.1)]);
});

test('samples beyond -1 to 1 are clipped where they are stored as integers', () => {
  const loud = { sampleRate: 1, channels: [Float32Array.of(-7, 7, 1, -1)] };
  expect([...readWav(writeWav(loud)).channels[0]!]).toEqual([-1, 32_767 / 32_768, 32_767 / 32_768, -1]);
  expect([...readWav(writeWav(loud, { encoding: 'uint8' })).channels[0]!]).toEqual([-1, 127 / 128, 127 / 128, -1]);
  expect([...readWav(writeWav(loud, { encoding: 'float32' })).channels[0]!]).toEqual([-7, 7, 1, -1]);
});

const stereo = chunk('fmt ', format(1, 2, 8000, 8));
const samples = [0, 64, 128, 192];
const expected = [
  [-1, 0],
  [-0.5, 0.5],
];
const channelsOf = (bytes: Uint8Array) => readWav(bytes).channels.map(values => [...values]);

test('other chunks are skipped, with the byte after an odd one', () => {
  const list = chunk('LIST', [...text('INFO'), 1, 2, 3]);
  const before = file([...list, ...stereo, ...list, ...chunk('data', samples), ...list]);
  expect(channelsOf(before)).toEqual(expected);
});

test('a size of 0, or of almost 2^31 or 2^32, is that of a stream: the rest of the file', () => {
  for (const [size, riff] of [
    [0, 0],
    [0, 36],
    [0xffff_ffff, 0xffff_ffff],
    [0x7fff_f000, 0x7fff_f024],
    [0x7fff_ffff - 36, 0x7fff_ffff],
  ] as const) {
    expect(channelsOf(file([...stereo, ...chunk('data', samples, size)], riff)), `${size}`).toEqual(expected);
    expect(channelsOf(file([...stereo, ...chunk('data', [...samples, 9], size)], riff).subarray(0, 49))).toEqual(
      expected,
    );
  }
});

test('a recording of 0 s is one, also with chunks after it', () => {
  const list = chunk('LIST', [...text('INFO'), 1, 2]);
  expect(channelsOf(file([...stereo, ...chunk('data', [])]))).toEqual([[], []]);
  expect(channelsOf(file([...stereo, ...chunk('data', []), ...list]))).toEqual([[], []]);
});

const subformat = (code: number) => [...little(code, 2), 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

test('WAVE_FORMAT_EXTENSIBLE and RF64 are read', () => {
  const extension = [...little(22, 2), ...little(8, 2), ...little(3, 4), ...subformat(1)];
  const extensible = chunk('fmt ', [...format(0xfffe, 2, 8000, 8), ...extension]);
  expect(channelsOf(file([...extensible, ...chunk('data', samples)]))).toEqual(expected);
  const long = chunk('ds64', [...little(0, 8), ...little(4, 8), ...little(2, 8), ...little(0, 4)]);
  const data = [...chunk('data', samples, 0xffff_ffff), ...chunk('LIST', [1, 2])];
  expect(channelsOf(file([...long, ...stereo, ...data], 0xffff_ffff, 'RF64'))).toEqual(expected);
});

test('a file that does not fit is refused with a reason', () => {
  const message = (bytes: Uint8Array) => {
    const [code, reason] = messageOf(bytes)!;
    expect(code).toBe('format');
    return reason;
  };
  expect(message(Uint8Array.from(text('Once upon')))).toBe(
    'readWav: the file has 9 bytes; the header of a WAV file has 12',
  );
  expect(message(Uint8Array.from(text('Once upon a time, there was')))).toBe(
    'readWav: the file begins with "Once" and "n a "; "RIFF" and "WAVE" would fit',
  );
  expect(message(file(stereo))).toBe('readWav: the file ends without a chunk "data"');
  expect(message(file(chunk('data', samples)))).toBe('readWav: the chunk "data" is before "fmt "');
  expect(message(file([...stereo, ...chunk('data', samples, 100)]))).toBe(
    'readWav: the samples have 100 bytes; the rest of the file has 4',
  );
  expect(message(file([...stereo, ...chunk('data', [1, 2, 3])]))).toBe(
    'readWav: the samples have 3 bytes, which is no multiple of the 2 of all channels',
  );
  expect(message(file([...stereo, ...chunk('LIST', [1, 2], 2 ** 31)]))).toBe(
    'readWav: the chunk "LIST" has 2147483648 bytes; the rest of the file has 2',
  );
  const formatMessage = (body: readonly number[]) => message(file([...chunk('fmt ', body), ...chunk('data', [])]));
  expect(formatMessage([1, 2])).toBe('readWav: the chunk "fmt " has 2 bytes; it has at least 16');
  expect(formatMessage(format(0xfffe, 1, 8000, 16))).toBe(
    'readWav: the extensible chunk "fmt " has 16 bytes; it has at least 40',
  );
  expect(formatMessage(format(7, 1, 8000, 8))).toBe(
    'readWav: the format is 7 (µ-law); 1 (PCM) and 3 (float) would fit',
  );
  expect(formatMessage(format(1, 0, 8000, 16))).toBe('readWav: there are 0 channels');
  expect(formatMessage(format(1, 1, 0, 16))).toBe('readWav: the rate is 0 samples per second');
  expect(formatMessage(format(1, 2, 8000, 16, 5))).toBe(
    'readWav: samples have 16 bits, those of 2 channels 5 bytes; 1 to 32 bits of PCM would fit',
  );
  expect(formatMessage(format(3, 1, 8000, 16))).toBe(
    'readWav: samples have 16 bits, those of 1 channels 2 bytes; 32 or 64 bits of floats would fit',
  );
  const unknown = [...format(0xfffe, 1, 8000, 16), ...little(22, 2), ...little(16, 2), ...little(4, 4)];
  expect(formatMessage([...unknown, ...subformat(1).slice(0, 15), 9])).toBe(
    'readWav: the format is an unknown GUID; 1 (PCM) and 3 (float) would fit',
  );
  const chunks = Array.from({ length: 10_001 }, () => chunk('JUNK', [])).flat();
  expect(message(file(chunks))).toBe('readWav: there are 10000 chunks and no samples');
  const floats = new Uint8Array(Float32Array.of(0.5, 1, 2, Number.NaN).buffer);
  expect(message(file([...chunk('fmt ', format(3, 2, 8000, 32)), ...chunk('data', [...floats])]))).toBe(
    'readWav: sample 1 of channel 1 is NaN; samples must be finite',
  );
  const huge = new Uint8Array(Float64Array.of(1e300).buffer);
  expect(message(file([...chunk('fmt ', format(3, 1, 8000, 64)), ...chunk('data', [...huge])]))).toBe(
    'readWav: sample 0 of channel 0 is Infinity; samples must be finite',
  );
});

test('what cannot be written is refused with a reason', () => {
  const refused = (value: Audio, options?: object) => {
    try {
      writeWav(value, options);
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  const one = Float32Array.of(0.5);
  expect(refused({ sampleRate: 8000, channels: [one, Float32Array.of(1, 2)] })).toBe(
    'writeWav: channel 1 has 2 samples, channel 0 has 1',
  );
  expect(refused({ sampleRate: 8000, channels: [Float32Array.of(0, Number.NaN)] })).toBe(
    'writeWav: sample 1 of channel 0 is NaN; samples must be finite',
  );
  expect(refused({ sampleRate: 0, channels: [one] })).toBe(
    'writeWav: sampleRate is 0; it must be a whole number from 1 to 4294967295',
  );
  expect(refused({ sampleRate: 8000, channels: [] })).toBe(
    'writeWav: the number of channels is 0; it must be a whole number from 1 to 65535',
  );
  expect(refused({ sampleRate: 8000, channels: [one] }, { encoding: 'mp3' })).toBe(
    'writeWav: encoding is "mp3"; it must be one of uint8, int16, int24, int32, float32, float64',
  );
  expect(refused({ sampleRate: 8000, channels: [one] }, { bits: 16 })).toBe(
    'writeWav: bits is not an option; options are encoding',
  );
});
