// What a processor makes of an image: node describe.ts FILE.png [preprocessor_config.json]
import { readFile } from 'node:fs/promises';
import { imageProcessor, readImage, toRgb } from '@residual/vision';

const [path, configPath] = process.argv.slice(2);
const stripes = { width: 4, height: 2, channels: 1, data: Uint8Array.of(0, 85, 170, 255, 0, 85, 170, 255) };
const image = path === undefined ? toRgb(stripes) : await readImage(await readFile(path));
const text =
  configPath === undefined ? '{"image_processor_type":"ViTImageProcessor"}' : await readFile(configPath, 'utf8');

const processor = imageProcessor(JSON.parse(text));
const { shape, data } = processor.process(image);
const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
console.log(`${image.width} x ${image.height} pixels`);
console.log(`${processor.type}: [${shape}], mean ${mean.toFixed(3)}`);
