/** Hostile images and configs; the module that a process with a small heap reads. */
import { type Bomb, type BombTarget, bombsOf } from '@residual/testkit/bombs';
import { drawingImage, imageProcessor, readImage, readQuickDraw, strokeTokenizer } from '../index.js';
import { readJpegHeader } from '../read/jpeg/header.js';
import { crc32 } from '../read/png/crc.js';
import { pattern } from './pictures.js';
import { seedFiles } from './seeds.js';

// a bundle finds the decoder of JPEG from the folder where it runs
if (process.env.RESIDUAL_ROOT) process.chdir(`${process.env.RESIDUAL_ROOT}/packages/vision`);

const joined = (...parts: Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));
const repeated = (bytes: Uint8Array, times: number) => new Uint8Array(Buffer.alloc(bytes.length * times, bytes));
const text = (value: string) => new TextEncoder().encode(value);

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = joined(text(type), data);
  const numbers = new DataView(new ArrayBuffer(8));
  numbers.setUint32(0, data.length);
  numbers.setUint32(4, crc32(body));
  return joined(new Uint8Array(numbers.buffer, 0, 4), body, new Uint8Array(numbers.buffer, 4, 4));
}

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10);

function headerChunk(width: number, height: number, depth: number, type: number, interlace = 0): Uint8Array {
  const data = new DataView(new ArrayBuffer(13));
  data.setUint32(0, width);
  data.setUint32(4, height);
  for (const [i, value] of [depth, type, 0, 0, interlace].entries()) data.setUint8(8 + i, value);
  return chunk('IHDR', new Uint8Array(data.buffer));
}

/** Zeros as a zlib stream of one thousandth of their length. */
async function zeros(length: number): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(length)]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const sides = [0, 1, 2, 255, 256, 12_000, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
const end = chunk('IEND', new Uint8Array(0));
type AsyncInput = Uint8Array | (() => Promise<Uint8Array>);
const bytesOf = async (input: AsyncInput) => (typeof input === 'function' ? input() : input);

/** PNG files. */
export const png: BombTarget<AsyncInput> = {
  inputs: function* (): Generator<Bomb<AsyncInput>> {
    const pixels = seedFiles.png[0]!;
    const idat = pixels.subarray(33, -12);
    for (const width of sides)
      for (const height of sides)
        yield {
          name: `${width} x ${height} pixels`,
          make: () => joined(signature, headerChunk(width, height, 8, 2), idat, end),
        };
    for (let type = 0; type < 8; type++)
      for (let depth = 0; depth <= 32; depth++)
        for (const interlace of [0, 1, 2])
          yield {
            name: `colour type ${type}, ${depth} bits, interlacing ${interlace}`,
            make: () => joined(signature, headerChunk(7, 5, depth, type, interlace), idat, end),
          };
    for (const [width, height] of [
      [1, 1],
      [10_000, 10_000],
      [60_000, 1_000],
    ] as const)
      yield {
        name: `100 MB of zeros for ${width} x ${height} pixels`,
        make: () => async () =>
          joined(signature, headerChunk(width, height, 8, 2), chunk('IDAT', await zeros(100_000_000)), end),
      };
    yield {
      name: 'a profile of 100 MB of zeros',
      make: () => async () =>
        joined(
          signature,
          headerChunk(1, 1, 8, 0),
          chunk('iCCP', joined(text('a\0\0'), await zeros(100_000_000))),
          chunk('IDAT', await zeros(2)),
          end,
        ),
    };
    yield {
      name: 'a million chunks',
      make: () =>
        joined(signature, headerChunk(7, 5, 8, 2), repeated(chunk('tEXt', new Uint8Array(0)), 1_000_000), idat, end),
    };
    yield {
      name: 'a million parts of pixels',
      make: () =>
        joined(signature, headerChunk(7, 5, 8, 2), repeated(chunk('IDAT', new Uint8Array(0)), 1_000_000), idat, end),
    };
    for (const length of sides)
      yield {
        name: `a chunk of ${length} bytes`,
        make: () => {
          const copy = pixels.slice();
          new DataView(copy.buffer).setUint32(33, length);
          return copy;
        },
      };
  },
  read: async input => readImage(await bytesOf(input), { alpha: 'keep' }),
  seeds: () => seedFiles.png,
};

/** JPEG files. */
export const jpeg: BombTarget<Uint8Array> = {
  inputs: function* () {
    for (const [file, bytes] of seedFiles.jpeg.slice(0, 2).entries()) {
      const frame = bytes.findIndex((byte, i) => byte === 0xff && (bytes[i + 1]! & 0xfc) === 0xc0);
      const patched = (at: number, ...values: number[]) => {
        const copy = bytes.slice();
        copy.set(values, at);
        return copy;
      };
      for (const width of sides.filter(side => side < 65_536))
        for (const height of sides.filter(side => side < 65_536))
          yield {
            name: `file ${file} of ${width} x ${height} pixels`,
            make: () => patched(frame + 5, height >> 8, height & 255, width >> 8, width & 255),
          };
      for (let marker = 0xc0; marker < 0x100; marker++)
        yield { name: `file ${file} with a frame of marker ${marker}`, make: () => patched(frame + 1, marker) };
      for (let factor = 0; factor < 256; factor += 3)
        yield { name: `file ${file} with sampling ${factor}`, make: () => patched(frame + 11, factor) };
      for (let components = 0; components < 256; components += 5)
        yield { name: `file ${file} with ${components} components`, make: () => patched(frame + 9, components) };
      const scan = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xda);
      const [before, scans] = [bytes.subarray(0, scan), bytes.subarray(scan, -2)];
      for (const times of [2, 99, 5_000])
        yield {
          name: `file ${file} with its scans ${times} times`,
          make: () => joined(before, repeated(scans, times), bytes.subarray(-2)),
        };
      yield {
        name: `file ${file} and 10 MB of fill bytes`,
        make: () => joined(before, new Uint8Array(10_000_000).fill(255), bytes.subarray(scan)),
      };
      yield {
        name: `file ${file} and a million comments`,
        make: () => joined(bytes.subarray(0, 2), repeated(Uint8Array.of(255, 254, 0, 2), 1e6), bytes.subarray(2)),
      };
    }
  },
  read: bytes => readImage(bytes),
};

/** Changed JPEG files: the markers of all, and of every eighth the pixels, whose decoder needs a millisecond. */
export const changedJpeg: BombTarget<Uint8Array> = {
  inputs: () => [],
  read: bytes => (bytes.reduce((sum, byte) => sum + byte, 0) % 8 ? readJpegHeader(bytes) : readImage(bytes)),
  seeds: () => seedFiles.jpeg,
};

const configs = [
  { image_processor_type: 'CLIPImageProcessor', size: { shortest_edge: 8 }, crop_size: { height: 8, width: 8 } },
  { image_processor_type: 'Siglip2ImageProcessor', patch_size: 2, max_num_patches: 9, image_std: [0.5, 0.5, 0.5] },
];

/** Texts of `preprocessor_config.json`. */
export const processorConfig: BombTarget = {
  inputs: function* () {
    for (const config of configs) yield* bombsOf(config);
  },
  read: config => {
    let parsed: never;
    try {
      parsed = JSON.parse(config) as never;
    } catch {
      return imageProcessor(null as never); // refused: no JSON is no config
    }
    return imageProcessor(parsed).process(pattern(13, 11));
  },
  seeds: () => configs.map(config => JSON.stringify(config)),
};

const drawn = {
  word: 'cat',
  recognized: true,
  drawing: [
    [
      [0, 90, 255],
      [3, 255, 7],
    ],
  ],
};

/** Lines of Quick, Draw!. */
export const quickDraw: BombTarget = {
  inputs: function* () {
    yield* bombsOf(drawn);
    const zigzag = Array.from({ length: 100_000 }, (_, i) => (i % 2 ? 255 - (i % 251) : i % 241));
    yield {
      name: '100,000 points',
      make: () => JSON.stringify({ ...drawn, drawing: [[zigzag, zigzag.toReversed()]] }),
    };
    yield { name: '100,000 strokes', make: () => JSON.stringify({ ...drawn, drawing: zigzag.map(x => [[x], [x]]) }) };
    yield { name: 'a million lines', make: () => '\n'.repeat(1_000_000) };
  },
  read: text => {
    for (const { drawing } of readQuickDraw(text)) {
      strokeTokenizer().encode(drawing);
      drawingImage(drawing, { size: 28 });
    }
  },
  seeds: () => [JSON.stringify(drawn)],
};
