import createDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import type { ByteImage } from '../../raw-image.js';
import { fail } from '../errors.js';

/** What is used of the decoder's module. */
interface Decoder {
  decode(bytes: Uint8Array, preserveOrientation: boolean): ImageData | null;
}

type CreateDecoder = (options: {
  readonly noInitialRun: boolean;
  readonly print: () => void;
  readonly printErr: () => void;
  readonly instantiateWasm: (
    imports: WebAssembly.Imports,
    callback: (instance: WebAssembly.Instance) => void,
  ) => WebAssembly.Exports;
}) => Promise<Decoder>;

/** The largest image in pixels after which an instance of the decoder is used again: its memory never shrinks. */
const maxPixelsOfInstance = 2 ** 20;

/**
 * A decoder of JPEGs of one or three components by libjpeg (MozJPEG) in WebAssembly: the bytes of Pillow. Its instance
 * is given up after a large image, so that its memory returns, and after a broken one.
 */
export function mozjpeg(module: WebAssembly.Module): (bytes: Uint8Array) => Promise<ByteImage> {
  let current: Promise<Decoder> | undefined;
  return async bytes => {
    current ??= createInstance(module);
    const decoder = await current;
    try {
      const decoded = withImageData(() => decoder.decode(bytes, false));
      if (!decoded) return fail('the coded samples of the JPEG are broken');
      if (decoded.width * decoded.height > maxPixelsOfInstance) current = undefined;
      return withoutAlpha(decoded);
    } catch (error) {
      current = undefined;
      return fail('the coded samples of the JPEG are broken', error);
    }
  };
}

function createInstance(module: WebAssembly.Module): Promise<Decoder> {
  const create = createDecoder as unknown as CreateDecoder; // its types are not those of a module
  return withImageData(() =>
    create({
      noInitialRun: true,
      print: () => {},
      printErr: () => {},
      instantiateWasm: (imports, callback) => {
        const instance = new WebAssembly.Instance(module, imports);
        callback(instance);
        return instance.exports;
      },
    }),
  );
}

/** Runs a function while `ImageData` exists. The decoder would define it for good, and Node would look like a page. */
function withImageData<Result>(run: () => Result): Result {
  if ('ImageData' in globalThis) return run();
  class Pixels {
    constructor(
      readonly data: Uint8ClampedArray,
      readonly width: number,
      readonly height: number,
    ) {}
  }
  Object.defineProperty(globalThis, 'ImageData', { value: Pixels, configurable: true });
  try {
    return run();
  } finally {
    Reflect.deleteProperty(globalThis, 'ImageData');
  }
}

function withoutAlpha({ width, height, data: rgba }: ImageData): ByteImage {
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
    data[to] = rgba[from]!;
    data[to + 1] = rgba[from + 1]!;
    data[to + 2] = rgba[from + 2]!;
  }
  return { width, height, channels: 3, data };
}
