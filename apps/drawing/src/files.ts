import { saveFile } from '@residual/appkit';
import { type Drawing, drawingToSvg } from '@residual/vision';

/** Downloads a drawing in cells as an SVG file, as it lies on the paper. */
export function saveSvg(name: string, drawing: Drawing, grid: number): void {
  const box = { left: 0, top: 0, width: grid - 1, height: grid - 1 };
  const svg = drawingToSvg(drawing, { size: 512, lineWidth: 8, box });
  saveFile(name, new Blob([svg], { type: 'image/svg+xml' }));
}
