import { createHash } from 'node:crypto';
import { fixtureJson } from '@residual/testkit';
import { describe, expect, test } from 'vitest';
import type { ByteImage } from '../raw-image.js';
import { floatsOf, pattern } from '../testing/pictures.js';
import type { ConfigFields } from './fields.js';
import { imageProcessor } from './image-processor.js';

interface Case {
  readonly config: ConfigFields;
  readonly backend: 'pil' | 'torchvision';
  readonly image: [width: number, height: number];
  readonly shape: number[];
  readonly sha256?: string;
  readonly values?: string;
  readonly spatialShapes?: number[];
  readonly attentionMask?: number[] | number;
}

const cases = await fixtureJson<Case[]>('images/processors.json');
const hashOf = (data: Float32Array) => createHash('sha256').update(new Uint8Array(data.buffer)).digest('hex');
const typeOf = ({ image_processor_type: type, feature_extractor_type: older }: ConfigFields) => String(type ?? older);

describe('pixel values are those of the reference', () => {
  const exact = cases.filter(({ sha256 }) => sha256 !== undefined);

  test('there are cases of eight classes and both backends', () => {
    const classes = exact.map(({ config, backend }) => `${typeOf(config).replace(/(Fast)$/, '')} ${backend}`);
    expect(new Set(classes).size).toBeGreaterThan(16);
  });

  test.each(exact)('bit for bit: $config.image_processor_type $backend $image', each => {
    const result = imageProcessor(each.config, { backend: each.backend }).process(pattern(...each.image));
    expect(result.shape).toEqual(each.shape);
    if (each.values) expect(result.data).toEqual(floatsOf(each.values));
    expect(hashOf(result.data)).toBe(each.sha256);
    if (!each.spatialShapes) return;
    if (result.kind !== 'patches') throw new Error('no patches');
    expect([...result.spatialShapes]).toEqual(each.spatialShapes);
    const mask = [...result.attentionMask];
    const count = mask.reduce((sum, value) => sum + value, 0);
    expect(typeof each.attentionMask === 'number' ? count : mask).toEqual(each.attentionMask);
  });

  test('within 2e-6 where the reference resizes floats', () => {
    const floats = cases.filter(({ sha256 }) => sha256 === undefined);
    expect(floats.length).toBeGreaterThanOrEqual(3);
    for (const { config, image, values, shape } of floats) {
      const result = imageProcessor(config).process(pattern(...image));
      expect(result.shape).toEqual(shape);
      if (!values) continue;
      const differences = floatsOf(values).map((value, i) => Math.abs(value - result.data[i]!));
      expect(Math.max(...differences)).toBeLessThan(2e-6);
    }
  });
});

const small = { image_processor_type: 'ViTImageProcessor', size: 4 };

test('a batch is its images one after another', () => {
  const processor = imageProcessor(small);
  const images = [pattern(9, 5), pattern(3, 8)];
  const batch = processor.process(images);
  expect(batch.shape).toEqual([2, 3, 4, 4]);
  expect([...batch.data]).toEqual(images.flatMap(image => [...processor.process(image).data]));
});

test('images of different sizes are no batch, unless they are padded', () => {
  const config = { ...small, do_resize: false };
  const images = [pattern(2, 2), pattern(3, 1)];
  expect(() => imageProcessor(config).process(images)).toThrow(
    'imageProcessor: image 0 gets 2 x 2 pixels; 3 x 2 is that of another one, and a batch has one size',
  );
  const { shape, data } = imageProcessor({ ...config, do_pad: true }).process(images);
  expect(shape).toEqual([2, 3, 2, 3]);
  expect([2, 5, 21, 22, 23].map(i => data[i])).toEqual([0, 0, 0, 0, 0]);
  expect(data[18]).toBe(Math.fround(Math.fround(pattern(3, 1).data[0]! - 127.5) / 127.5));
  expect(() => imageProcessor({ ...config, do_pad: true, pad_size: 2 }).process(images)).toThrow(
    'imageProcessor: image 1 gets 3 x 1 pixels; 2 x 2 would fit',
  );
});

test('gray and alpha become three channels where the config says so, and are refused elsewhere', () => {
  const clip = imageProcessor({ image_processor_type: 'CLIPImageProcessor', size: 1, crop_size: 1 });
  const clear: ByteImage = { width: 1, height: 1, channels: 4, data: Uint8Array.of(1, 2, 3, 0) };
  const white: ByteImage = { width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 255, 255) };
  const gray: ByteImage = { width: 1, height: 1, channels: 1, data: Uint8Array.of(255) };
  expect(clip.process(clear)).toEqual(clip.process(white));
  expect(clip.process(gray)).toEqual(clip.process(white));
  expect(() => imageProcessor(small).process([white, gray])).toThrow(
    'imageProcessor: image 1 has 1 channels; ViTImageProcessor takes 3, and toRgb gives them',
  );
});

test('null means the default of the class, and processor_config.json has the config inside', () => {
  const config = { image_processor_type: 'CLIPImageProcessorFast', size: null, do_pad: null, crop_pct: null };
  expect(imageProcessor(config).settings).toEqual(
    imageProcessor({ image_processor_type: config.image_processor_type }).settings,
  );
  expect(imageProcessor({ processor_class: 'CLIPProcessor', image_processor: config }).type).toBe('CLIPImageProcessor');
});

test('a model type stands in for a class that the config does not name', () => {
  expect(imageProcessor({ size: 3 }, { modelType: 'dinov2' }).type).toBe('BitImageProcessor');
  expect(() => imageProcessor({})).toThrow(
    'imageProcessor: the config has no image_processor_type; the option modelType would say whose it is',
  );
  expect(() => imageProcessor({}, { modelType: 'toString' })).toThrow(
    'imageProcessor: the config has no image_processor_type, and none is known for models of type toString',
  );
});

test('fields that are not understood are refused', () => {
  const refused = (fields: object, message: string) =>
    expect(() => imageProcessor({ ...small, ...fields })).toThrow(`imageProcessor: ${message}`);
  refused({ do_flip_channel_order: true }, 'do_flip_channel_order is not understood and may change pixel values');
  refused({ crop_pct: 0.9 }, 'crop_pct is not understood');
  refused({ size: { longest_edge: 8 } }, 'size is {"longest_edge":8}; it must be a number, [height, width]');
  refused({ size: { height: 2 ** 31, width: 1 } }, 'size.height is 2147483648; it must be a whole number from 1 to');
  refused({ size: '224' }, 'size is "224"; it must be a number');
  refused({ do_center_crop: true }, 'do_center_crop is true, but crop_size is missing');
  refused({ do_center_crop: true, crop_size: { shortest_edge: 3 } }, 'crop_size is {"shortest_edge":3}');
  refused({ resample: 6 }, 'resample is 6; it must be one of 0 (nearest), 1 (lanczos)');
  refused({ resample: 4 }, 'torchvision has no box; the backend pil has it');
  refused({ image_mean: [0.5, 0.5] }, 'image_mean is [0.5,0.5]; it must be three numbers, or one');
  refused({ image_std: [0.5, 0, 0.5] }, 'image_std is [0.5,0,0.5]; it must be three numbers except 0, or one');
  refused({ rescale_factor: 0 }, 'rescale_factor is 0; it must be a number except 0');
  refused({ do_resize: 'yes' }, 'do_resize is "yes"; it must be true or false');
  refused({ data_format: 'channels_last' }, 'data_format is "channels_last"; it must be channels_first');
  refused({ image_processor_type: 'SamImageProcessor' }, 'image_processor_type is "SamImageProcessor"; it must be one');
  refused({ image_processor_type: '__proto__' }, 'image_processor_type is "__proto__"; it must be one');
  expect(() => imageProcessor([] as never)).toThrow('imageProcessor: config is []; it must be the object of a');
  expect(() => imageProcessor(small, { backend: 'fast' as never })).toThrow('imageProcessor: backend is "fast"');
  expect(() => imageProcessor(small).process([])).toThrow('imageProcessor: there are no images');
});

test('an image that would vanish or become too large is refused', () => {
  const edges = imageProcessor({ ...small, size: { max_height: 2, max_width: 2 } });
  expect(() => edges.process(pattern(9, 1))).toThrow('imageProcessor: an image of 9 x 1 would get 2 x 0 pixels');
  const short = imageProcessor({ ...small, size: { shortest_edge: 3000 } });
  expect(() => short.process(pattern(1, 30))).toThrow(
    'imageProcessor: an image would get 810000000 values; at most 25165824 fit',
  );
  const many = imageProcessor({ ...small, size: 2000 });
  expect(() => many.process(Array.from({ length: 45 }, () => pattern(1, 1)))).toThrow(
    'imageProcessor: 45 images of 12000000 values are 540000000; a batch has at most 536870912',
  );
});
