/**
 * Writes texels into a texture of a width from an index on, where one row of the texture follows another: bytes, or
 * floats, four in each. It copies nothing.
 */
export function writeTexels(
  gl: WebGL2RenderingContext,
  texture: WebGLTexture,
  width: number,
  first: number,
  texels: Uint8Array | Float32Array,
): void {
  const type = texels instanceof Uint8Array ? gl.UNSIGNED_BYTE : gl.FLOAT;
  const end = first + texels.length / 4;
  gl.bindTexture(gl.TEXTURE_2D, texture);
  for (let at = first; at < end; ) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const rows = x === 0 ? Math.floor((end - at) / width) : 0; // whole ones
    const columns = rows > 0 ? width : Math.min(width - x, end - at);
    const count = columns * Math.max(rows, 1);
    const part = texels.subarray(4 * (at - first), 4 * (at - first + count));
    gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, columns, Math.max(rows, 1), gl.RGBA, type, part);
    at += count;
  }
  gl.bindTexture(gl.TEXTURE_2D, null);
}
