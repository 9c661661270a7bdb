import { fitCanvas } from '@residual/appkit';
import { mixed, type Palette } from './colours.js';
import { bands, frameRate, type Spectrum } from './spectrum.js';

/** What the picture shows. */
export interface PictureView {
  readonly spectrum: Spectrum;
  readonly palette: Palette;
  /** The second at the left edge. */
  readonly start: number;
  /** CSS pixels of a second. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
}

/** How many colours there are from quiet to loud. */
const shades = 256;

/** Draws the part of a spectrum that is in sight: time to the right, low bands at the bottom. */
export function drawPicture(canvas: HTMLCanvasElement, view: PictureView): void {
  const { spectrum, palette, start, scale, width, height } = view;
  const context = fitCanvas(canvas, { width, height }, devicePixelRatio);
  const first = Math.max(0, Math.floor(start * frameRate));
  const last = Math.min(spectrum.frames, Math.ceil((start + width / scale) * frameRate));
  if (last <= first) return;
  const table = Array.from({ length: shades }, (_, i) => mixed(palette, i / (shades - 1)));
  const image = new ImageData(last - first, bands);
  for (let frame = first; frame < last; frame++)
    for (let band = 0; band < bands; band++) {
      const colour = table[Math.round(spectrum.levelAt(frame, band) * (shades - 1))]!;
      const at = 4 * ((bands - 1 - band) * (last - first) + frame - first);
      image.data.set(colour, at);
      image.data[at + 3] = 255;
    }
  const buffer = new OffscreenCanvas(last - first, bands);
  buffer.getContext('2d')!.putImageData(image, 0, 0);
  context.drawImage(buffer, (first / frameRate - start) * scale, 0, ((last - first) / frameRate) * scale, height);
}
