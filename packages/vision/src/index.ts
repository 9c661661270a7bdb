export { ResidualError } from '@residual/base';
export { type CenterCropOptions, type CropOptions, centerCrop, crop, type PadOptions, pad } from './crop.js';
export { toImageData } from './image-data.js';
export { type PixelValuesOptions, pixelValues } from './pixel-values.js';
export {
  type ImageProcessor,
  imageProcessor,
  type PatchValues,
  type PixelValues,
} from './processor/image-processor.js';
export type { ImageProcessorOptions, ProcessorSettings } from './processor/settings.js';
export type { Size, TargetSize } from './processor/target-size.js';
export type { ByteImage, PixelArray, RawImage } from './raw-image.js';
export { type ImageSource, type ReadImageOptions, readImage } from './read/read-image.js';
export { type Resample, resamples } from './resize/filters.js';
export { type ResizeBackend, type ResizeOptions, resize } from './resize/resize.js';
export { type AlphaRule, type ToRgbOptions, toRgb } from './to-rgb.js';
