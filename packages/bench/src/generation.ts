import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { checkpointOf } from './checkpoint.js';
import { inPage } from './in-page.js';
import { inProcess } from './in-process.js';
import { type Line, linesOf, type Reach } from './lines.js';
import type { Bench, SubjectName } from './machine.js';
import { type Measured, type MeasureOptions, measure } from './measure.js';
import { type ShapeName, shapes } from './shape.js';

/** One part of the benchmark. */
interface Part {
  readonly shape: ShapeName;
  /** What the lines say instead of the shape's name. */
  readonly title?: string;
  readonly peers: readonly SubjectName[];
  readonly settings: MeasureOptions;
  readonly quantities: readonly (keyof Measured)[];
  readonly reach?: Reach;
}

const all = ['decode', 'prefill', 'load', 'peak'] as const;

/** Generation on WebAssembly, one thread, in Node: each subject in a process of its own. */
const onWasm: readonly Part[] = [
  {
    shape: 'gpt2-124m',
    peers: ['onnxruntime-web', 'tfjs'],
    settings: { prompt: 128, count: 17, rounds: 7 },
    quantities: all,
    reach: { 'decode onnxruntime-web': 1.2, 'prefill onnxruntime-web': 1.3 },
  },
  {
    shape: 'gpt2-124m',
    title: 'gpt2-124m, 896 in the cache',
    peers: ['onnxruntime-web'], // tfjs runs out of memory
    settings: { prompt: 896, count: 9, rounds: 3 },
    quantities: ['decode', 'prefill'],
  },
  {
    shape: 'stories',
    peers: ['onnxruntime-web', 'tfjs'],
    settings: { prompt: 128, count: 33, rounds: 15 },
    quantities: all,
  },
  {
    shape: 'gpt2-empty',
    title: '12 blocks of width 24, overhead',
    peers: ['onnxruntime-web', 'tfjs'],
    settings: { prompt: 8, count: 65, rounds: 15 },
    quantities: ['decode'],
  },
];

/** Generation on WebGL in Chrome, on whatever graphics card or software it finds. */
const onWebgl: readonly Part[] = [
  {
    shape: 'stories',
    peers: ['tfjs'],
    settings: { prompt: 32, count: 9, rounds: 5 },
    quantities: all,
    reach: { 'decode tfjs': 1 },
  },
];

/** How much memory the first shape may take on WebAssembly, in times the bytes of its weights. */
const peakReach = 2.2;

/** Measures generation on WebAssembly beside onnxruntime-web and stock TensorFlow.js. */
export async function generationOnWasm(shape?: string): Promise<Line[]> {
  const lines: Line[] = [];
  for (const part of chosen(onWasm, shape)) {
    const { measured, bytes } = await run(part, async name => inProcess(name));
    lines.push(...linesOf(part.title ?? part.shape, measured, part.quantities, part.reach ?? {}));
    if (part.reach) lines.push(memoryLine(part.title ?? part.shape, measured.get('residual')!.peak!, bytes));
  }
  return lines;
}

/** Measures generation on WebGL beside stock TensorFlow.js. */
export async function generationOnWebgl(shape?: string): Promise<Line[]> {
  const lines: Line[] = [];
  for (const part of chosen(onWebgl, shape)) {
    const { measured } = await run(part, inPage);
    lines.push(...linesOf(part.title ?? part.shape, measured, part.quantities, part.reach ?? {}));
  }
  return lines;
}

function chosen(parts: readonly Part[], shape: string | undefined): readonly Part[] {
  return parts.filter(part => shape === undefined || part.shape === shape);
}

async function run({ shape, peers, settings }: Part, start: (name: SubjectName) => Promise<Bench>) {
  const folder = await checkpointOf(shape);
  const benches = new Map<SubjectName, Bench>();
  try {
    for (const name of ['residual', ...peers] as const) benches.set(name, await start(name));
    const measured = await measure(benches, folder, settings, shapes[shape].vocab_size);
    return { measured, bytes: (await stat(join(folder, 'model.safetensors'))).size };
  } finally {
    for (const bench of benches.values()) await bench.close();
  }
}

function memoryLine(title: string, peak: number, bytes: number): Line {
  const what = `${title}: peak memory, MB`;
  return {
    what,
    unit: 'MB',
    ours: peak / 1e6,
    peer: 'the weights',
    theirs: bytes / 1e6,
    ratio: peak / bytes,
    reach: peakReach,
  };
}
