import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { type Audio, mono, readAudio, resample, writeWav } from '../index.js';

const stereo = (length: number, sampleRate: number): Audio => ({
  sampleRate,
  channels: [1, 2].map(c => Float32Array.from({ length }, (_, i) => Math.sin(i * i + c) / 2)),
});

const failure = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => undefined,
    error => error as { code: string; message: string },
  );
  return [error?.code, error?.message];
};

test('a WAV file becomes mono at the wanted rate, from bytes, a Blob or a recording, in parts as whole', async () => {
  const audio = stereo(300_001, 44_100); // several parts
  const expected = resample(mono(audio), { from: 44_100, to: 8000 });
  const file = writeWav(audio, { encoding: 'float32' });
  for (const input of [file, file.buffer, new Blob([file]), new File([file], 'a.wav'), audio])
    expect(await readAudio(input, { sampleRate: 8000 })).toEqual(expected);
  expect((await readAudio(file)).length).toBe(Math.ceil((300_001 * 160) / 441));
});

test('mono is the mean of the channels, and one channel stays as it is', async () => {
  const [left, right] = [Float32Array.of(1, 0.5), Float32Array.of(0, -0.5)];
  await expectClose(mono({ sampleRate: 1, channels: [left, right, right] }), [1 / 3, -1 / 6], { absolute: 1e-7 });
  expect(mono({ sampleRate: 1, channels: [left] })).toBe(left);
  expect(() => mono({ sampleRate: 1, channels: [] })).toThrow(
    'mono: the number of channels is 0; it must be 1 or more',
  );
  expect(() => mono({ sampleRate: 1, channels: [left, new Float32Array(3)] })).toThrow(
    'mono: the length of a channel is 3; it must be 2, as that of the first',
  );
});

test('other formats go to the decoder', async () => {
  const audio = stereo(100, 16_000);
  const seen: Uint8Array[] = [];
  const decode = (bytes: Uint8Array) => {
    seen.push(bytes);
    return audio;
  };
  expect(await readAudio(Uint8Array.of(1, 2, 3), { decode })).toEqual(mono(audio));
  expect(seen).toEqual([Uint8Array.of(1, 2, 3)]);
  const nothing = () => undefined as unknown as Audio;
  expect(await failure(readAudio(Uint8Array.of(1), { decode: nothing }))).toEqual([
    'decoder',
    'readAudio: the decoder returned undefined, no recording',
  ]);
});

test('without a decoder the error names the package that has one', async () => {
  expect(await failure(readAudio(new TextEncoder().encode('Once upon a time')))).toEqual([
    'decoder',
    'readAudio: the file is no WAV file, and other formats need a page or the package audio-decode ' +
      '(npm i audio-decode)',
  ]);
});

test('an abort rejects with its reason, before and while a file is read', async () => {
  const reason = new Error('enough');
  const file = new Blob([writeWav(stereo(600_000, 16_000))]);
  await expect(readAudio(file, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const controller = new AbortController();
  const reading = readAudio(file, { signal: controller.signal });
  setTimeout(() => controller.abort(reason));
  await expect(reading).rejects.toBe(reason);
});

test('what does not fit is refused', async () => {
  expect(await failure(readAudio(new Uint8Array(0)))).toEqual(['format', 'readAudio: the file has 0 bytes']);
  expect(await failure(readAudio(stereo(5, 999)))).toEqual([
    'format',
    'readAudio: the rate is 999 Hz; at least 1000 would fit',
  ]);
  expect(await failure(readAudio('a.wav' as unknown as Blob))).toEqual([
    'option',
    'readAudio: the input is "a.wav"; it must be bytes, a Blob, or a recording { sampleRate, channels }',
  ]);
  expect(await failure(readAudio(stereo(5, 8000), { sampleRate: 5 }))).toEqual([
    'option',
    'readAudio: sampleRate is 5; it must be a whole number from 1000 to 768000',
  ]);
  const cut = writeWav(stereo(100, 8000)).subarray(0, 100);
  expect(await failure(readAudio(cut))).toEqual([
    'format',
    'readWav: the samples have 400 bytes; the rest of the file has 56',
  ]);
  const broken = writeWav(stereo(300_000, 8000), { encoding: 'float64' });
  new DataView(broken.buffer).setFloat64(58 + 16 * 250_000, Number.NaN, true);
  expect(await failure(readAudio(new Blob([broken])))).toEqual([
    'format',
    'readWav: sample 250000 of channel 0 is NaN; samples must be finite',
  ]);
});
