import { make } from '@residual/appkit';
import { type ByteImage, toImageData } from '@residual/vision';

/** A part of a picture in pixels. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Shows a picture, or a part of it, on a canvas of its own size, which the style sheet enlarges without smoothing. */
export function showImage(canvas: HTMLCanvasElement, image: ByteImage, part?: Part): void {
  const { left, top, width, height } = part ?? { left: 0, top: 0, ...image };
  [canvas.width, canvas.height] = [width, height];
  canvas.getContext('2d')!.putImageData(toImageData(image), -left, -top);
}

/** A canvas with a picture, or a part of it. */
export function imageCanvas(image: ByteImage, label: string, part?: Part): HTMLCanvasElement {
  const canvas = make('canvas', { className: 'pixels', role: 'img', ariaLabel: label });
  showImage(canvas, image, part);
  return canvas;
}

/** How much larger a saved picture is. */
const enlargement = 8;

/** A picture as a PNG file, each pixel as a square of 8 x 8. */
export function pngOf(image: ByteImage): Promise<Blob> {
  const small = imageCanvas(image, '');
  const large = new OffscreenCanvas(enlargement * image.width, enlargement * image.height);
  const context = large.getContext('2d')!;
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, large.width, large.height);
  return large.convertToBlob({ type: 'image/png' });
}
