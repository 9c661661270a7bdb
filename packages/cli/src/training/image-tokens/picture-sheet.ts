import { PNG } from 'pngjs';

/** Pictures from -1 to 1, [count, size, size, 3], as a PNG file with rows of `columns`, each pixel `zoom` wide. */
export function pictureSheet(
  pixels: ArrayLike<number>,
  { count, size, columns, zoom = 1 }: { count: number; size: number; columns: number; zoom?: number },
): Uint8Array<ArrayBuffer> {
  const rows = Math.ceil(count / columns);
  const png = new PNG({ width: columns * size * zoom, height: rows * size * zoom, colorType: 2 });
  png.data.fill(255);
  for (let y = 0; y < png.height; y++)
    for (let x = 0; x < png.width; x++) {
      const [row, column] = [Math.floor(y / zoom), Math.floor(x / zoom)];
      const index = Math.floor(row / size) * columns + Math.floor(column / size);
      if (index >= count) continue;
      const from = ((index * size + (row % size)) * size + (column % size)) * 3;
      for (let c = 0; c < 3; c++)
        png.data[4 * (y * png.width + x) + c] = Math.round(127.5 * (Math.min(1, Math.max(-1, pixels[from + c]!)) + 1));
    }
  return new Uint8Array(PNG.sync.write(png, { colorType: 2 }));
}
