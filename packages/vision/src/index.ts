export { ResidualError } from '@residual/base';
export { type CenterCropOptions, type CropOptions, centerCrop, crop, type PadOptions, pad } from './crop.js';
export { augmentDrawing, unitBox } from './drawing/augment.js';
export { drawOnCanvas, type LineContext } from './drawing/canvas.js';
export { type Curve, curvesOf, smoothStroke } from './drawing/curves.js';
export { type Box, boundsOf, type Drawing, fitDrawing, type Point, type Stroke } from './drawing/drawing.js';
export { drawingImage } from './drawing/drawing-image.js';
export { type DrawingPictureOptions, placeDrawing } from './drawing/picture-options.js';
export { type QuickDrawEntry, readQuickDraw, writeQuickDraw } from './drawing/quick-draw.js';
export { simplifyStroke } from './drawing/simplify.js';
export {
  type EncodeDrawingOptions,
  type StrokeTokenizer,
  type StrokeTokenizerOptions,
  type StrokeTokenKind,
  strokeTokenizer,
} from './drawing/stroke-tokenizer.js';
export { drawingToPath, drawingToSvg } from './drawing/svg.js';
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
