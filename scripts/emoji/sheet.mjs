/** Resolves to the PNG of pictures [count, size, size, 4], premultiplied RGBA, on white in rows of `columns`. */
export async function sheetOf(pixels, { count, size, columns }) {
  const { PNG } = await import('pngjs');
  const rows = Math.ceil(count / columns);
  const png = new PNG({ width: columns * size, height: rows * size, colorType: 2, inputHasAlpha: true });
  png.data.fill(255);
  for (let index = 0; index < count; index++) {
    const [top, left] = [Math.floor(index / columns) * size, (index % columns) * size];
    for (let i = 0; i < size * size; i++) {
      const from = 4 * (index * size * size + i);
      const to = 4 * ((top + Math.floor(i / size)) * png.width + left + (i % size));
      for (let c = 0; c < 3; c++) png.data[to + c] = Math.min(255, pixels[from + c] + 255 - pixels[from + 3]);
    }
  }
  return PNG.sync.write(png, { colorType: 2, deflateLevel: 9, deflateStrategy: 0, filterType: -1 });
}
