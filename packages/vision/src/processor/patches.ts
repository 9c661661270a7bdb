/**
 * Cuts [height, width, channels] into patches: [rows · columns, patchSize · patchSize · channels], row by row, each
 * patch in the order of its pixels. Rows and columns of pixels that fill no patch are left out.
 */
export function patchesOf(
  values: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
  patchSize: number,
  channels = 3,
): Float32Array {
  const rows = Math.floor(height / patchSize);
  const columns = Math.floor(width / patchSize);
  const lineLength = patchSize * channels;
  const result = new Float32Array(rows * columns * patchSize * lineLength);
  let at = 0;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let y = 0; y < patchSize; y++, at += lineLength) {
        const from = ((row * patchSize + y) * width + column * patchSize) * channels;
        result.set(values.subarray(from, from + lineLength), at);
      }
  return result;
}
