import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Resolves to a function that draws an SVG as size x size pixels: RGBA, premultiplied; undefined if it cannot. */
export async function rasterizer(modules, size) {
  const require = createRequire(join(modules, 'index.js'));
  const { initWasm, Resvg } = require('@resvg/resvg-wasm');
  await initWasm(readFileSync(require.resolve('@resvg/resvg-wasm/index_bg.wasm')));
  return svg => {
    try {
      const image = new Resvg(svg, { fitTo: { mode: 'width', value: size } }).render();
      const { width, height } = image;
      const pixels = Uint8Array.from(image.pixels);
      image.free();
      return width === size && height === size ? pixels : undefined;
    } catch {
      return undefined; // resvg 2.6.2 panics on eight of the pictures
    }
  };
}

/** Only the fourth channel of RGBA. */
export const alphaOf = pixels => Uint8Array.from({ length: pixels.length / 4 }, (_, i) => pixels[4 * i + 3]);
