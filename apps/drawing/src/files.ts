import { type Drawing, drawingToSvg } from '@residual/vision';

/** Downloads a text as a file. */
export function saveText(name: string, text: string, type: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Downloads a drawing in cells as an SVG file, as it lies on the paper. */
export function saveSvg(name: string, drawing: Drawing, grid: number): void {
  const box = { left: 0, top: 0, width: grid - 1, height: grid - 1 };
  saveText(name, drawingToSvg(drawing, { size: 512, lineWidth: 8, box }), 'image/svg+xml');
}
