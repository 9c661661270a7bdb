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

/** One picture of a sheet with three channels as an image. */
export function imageAt({ width, data }, { index, size, columns }) {
  const [top, left] = [Math.floor(index / columns) * size, (index % columns) * size];
  const cut = new Uint8Array(size * size * 3);
  for (let row = 0; row < size; row++) {
    const start = 3 * ((top + row) * width + left);
    cut.set(data.subarray(start, start + 3 * size), 3 * row * size);
  }
  return { width: size, height: size, channels: 3, data: cut };
}
