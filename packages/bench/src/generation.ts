import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { checkpointOf } from './checkpoint.js';
import { inPage } from './in-page.js';
import { inProcess } from './in-process.js';
import { type Goals, type Line, linesOf } from './lines.js';
import { type Measurement, type MeasureOptions, measure } from './measure.js';
import { type ShapeName, shapes } from './shape.js';
import type { SubjectName, SubjectRunner } from './subject-runner.js';

/** One part of the benchmark. */
interface Part {
  readonly shape: ShapeName;
  /** The title of the lines; the shape's name if absent. */
  readonly title?: string;
  readonly peers: readonly SubjectName[];
  readonly settings: MeasureOptions;
  readonly quantities: readonly (keyof Measurement)[];
  readonly goals?: Goals;
}

const all = ['decode', 'prefill', 'load', 'peak'] as const;

/** Generation on WebAssembly with one thread in Node. Each subject runs in its own process. */
const wasmParts: readonly Part[] = [
  {
    shape: 'gpt2-124m',
    peers: ['onnxruntime-web', 'tfjs'],
    settings: { prompt: 128, count: 17, rounds: 7 },
    quantities: all,
    goals: { 'decode onnxruntime-web': 1.2, 'prefill onnxruntime-web': 1.3 },
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

/** Generation on WebGL in Chrome, on the graphics card or in software. */
const webglParts: readonly Part[] = [
  {
    shape: 'stories',
    peers: ['tfjs'],
    settings: { prompt: 32, count: 9, rounds: 5 },
    quantities: all,
    goals: { 'decode tfjs': 1 },
  },
];

/** The goal for the peak memory of the first shape on WebAssembly, in multiples of the bytes of its weights. */
const peakGoal = 2.2;

/** Measures generation on WebAssembly compared with onnxruntime-web and stock TensorFlow.js. */
export async function generationOnWasm(shape?: string): Promise<Line[]> {
  const lines: Line[] = [];
  for (const part of partsOfShape(wasmParts, shape)) {
    const { measurements, bytes } = await run(part, async name => inProcess(name));
    lines.push(...linesOf(part.title ?? part.shape, measurements, part.quantities, part.goals ?? {}));
    if (part.goals) lines.push(memoryLine(part.title ?? part.shape, measurements.get('residual')!.peak!, bytes));
  }
  return lines;
}

/** Measures generation on WebGL compared with stock TensorFlow.js. */
export async function generationOnWebgl(shape?: string): Promise<Line[]> {
  const lines: Line[] = [];
  for (const part of partsOfShape(webglParts, shape)) {
    const { measurements } = await run(part, inPage);
    lines.push(...linesOf(part.title ?? part.shape, measurements, part.quantities, part.goals ?? {}));
  }
  return lines;
}

function partsOfShape(parts: readonly Part[], shape: string | undefined): readonly Part[] {
  return parts.filter(part => shape === undefined || part.shape === shape);
}

async function run({ shape, peers, settings }: Part, start: (name: SubjectName) => Promise<SubjectRunner>) {
  const folder = await checkpointOf(shape);
  const benches = new Map<SubjectName, SubjectRunner>();
  try {
    for (const name of ['residual', ...peers] as const) benches.set(name, await start(name));
    const measurements = await measure(benches, folder, settings, shapes[shape].vocab_size);
    return { measurements, bytes: (await stat(join(folder, 'model.safetensors'))).size };
  } finally {
    for (const bench of benches.values()) await bench.close();
  }
}

function memoryLine(title: string, peak: number, bytes: number): Line {
  const what = `${title}: peak memory, MB`;
  return {
    what,
    unit: 'MB',
    ourValue: peak / 1e6,
    peer: 'the weights',
    peerValue: bytes / 1e6,
    ratio: peak / bytes,
    goal: peakGoal,
  };
}
