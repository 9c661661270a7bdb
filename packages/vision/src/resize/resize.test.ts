import { fixtureJson } from '@residual/testkit';
import { expect, test } from 'vitest';
import type { RawImage } from '../raw-image.js';
import { bytesOf, floatsOf, pattern } from '../testing/pictures.js';
import type { Resample } from './filters.js';
import { resize } from './resize.js';

interface Case {
  readonly resample: Resample;
  readonly channels: number;
  readonly source: [width: number, height: number];
  readonly size: [width: number, height: number];
  readonly pil: string;
  readonly torchvision?: string;
  readonly floats?: string;
}

const cases = await fixtureJson<Case[]>('images/resize.json');

test('bytes are those of Pillow, for each filter, enlarging and reducing, with 1, 3 and 4 channels', () => {
  expect(cases.length).toBe(42);
  for (const { resample, channels, source, size, pil } of cases) {
    const { data, ...rest } = resize(pattern(...source, channels), { width: size[0], height: size[1], resample });
    expect([resample, source, rest]).toEqual([resample, source, { width: size[0], height: size[1], channels }]);
    expect([...data]).toEqual([...bytesOf(pil)]);
  }
});

test('bytes are those of torchvision on tensors of bytes', () => {
  const compared = cases.filter(({ torchvision }) => torchvision !== undefined);
  expect(compared.length).toBe(28);
  for (const { resample, channels, source, size, torchvision } of compared) {
    const options = { width: size[0], height: size[1], resample, backend: 'torchvision' } as const;
    expect([...resize(pattern(...source, channels), options).data]).toEqual([...bytesOf(torchvision!)]);
  }
});

test('floats are those of torchvision on tensors of floats within 2e-6', () => {
  const compared = cases.filter(({ floats }) => floats !== undefined);
  expect(compared.length).toBe(10);
  for (const { resample, source, size, floats } of compared) {
    const image = pattern(...source);
    const scaled: RawImage = { ...image, data: Float32Array.from(image.data, value => Math.fround(value) / 255) };
    const { data } = resize(scaled, { width: size[0], height: size[1], resample, backend: 'torchvision' });
    const expected = floatsOf(floats!);
    expect(data.length).toBe(expected.length);
    expect(Math.max(...expected.map((value, i) => Math.abs(value - data[i]!)))).toBeLessThan(2e-6);
  }
});

test('nearest takes the pixel that torch takes where a centre lies between two pixels', () => {
  const image = { width: 1, height: 6, channels: 1, data: Uint8Array.of(0, 1, 2, 3, 4, 5) };
  const { data } = resize(image, { width: 1, height: 165, resample: 'nearest', backend: 'torchvision' });
  expect([26, 27, 54, 55].map(row => data[row])).toEqual([0, 1, 1, 2]); // (27 + 1/2) * 6 / 165 is 1
});

test('an image of the size that is asked for stays itself', () => {
  const image = pattern(5, 7);
  expect(resize(image, { width: 5, height: 7 })).toBe(image);
});

test('clamped bytes and floats stay what they are', () => {
  const image = pattern(5, 7);
  for (const resample of ['nearest', 'bicubic'] as const) {
    const floats: RawImage = { ...image, data: Float32Array.from(image.data) };
    expect(resize(floats, { width: 3, height: 3, resample }).data).toBeInstanceOf(Float32Array);
    expect(resize(image, { width: 3, height: 3, resample }).data).toBeInstanceOf(Uint8Array);
  }
});

test('what does not fit is refused', () => {
  const image = pattern(5, 7);
  const resizing = (options: object) => () => resize(image, { width: 3, height: 3, ...options });
  expect(resizing({ width: 0 })).toThrow('resize: width is 0; it must be a whole number from 1 to 65535');
  expect(resizing({ width: 65_535, height: 65_535 })).toThrow(
    'resize: 65535 x 65535 is 4294836225 pixels; at most 67108864 fit',
  );
  expect(resizing({ resample: 'cubic' })).toThrow('resize: resample is "cubic"; it must be one of nearest, lanczos');
  expect(resizing({ backend: 'PIL' })).toThrow('resize: backend is "PIL"; it must be pil or torchvision');
  expect(resizing({ size: 3 })).toThrow('resize: size is not an option');
  expect(() => resize({ ...image, width: 6 }, { width: 3, height: 3 })).toThrow(
    'resize: an image of 6 x 7 with 3 channels has 126 values; data has 105',
  );
  expect(() => resize({ ...image, channels: 2 }, { width: 3, height: 3 })).toThrow(
    'resize: image.channels is 2; it must be 1, 3 or 4',
  );
});
