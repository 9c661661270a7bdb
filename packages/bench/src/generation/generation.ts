import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Line, lineOf } from '../comparison/line.js';
import { checkpointOf } from './checkpoint.js';
import { inPage } from './in-page.js';
import { inProcess } from './in-process.js';
import { type Goals, linesOf } from './lines.js';
import { type Measurement, type MeasureOptions, measure, type Quantity, type StartSubject } from './measure.js';
import { type ShapeName, shapes } from './shape.js';
import type { SubjectName } from './subject-runner.js';

/** One part of the benchmark. */
interface Part {
  readonly shape: ShapeName;
  /** The title of the lines; the shape's name if absent. */
  readonly title?: string;
  readonly peers: readonly SubjectName[];
  readonly settings: MeasureOptions;
  readonly quantities: readonly Quantity[];
  readonly goals?: Goals;
  /** The highest peak memory that meets our own goal, in multiples of the bytes of the weights. */
  readonly peakGoal?: number;
}

const all = ['decode', 'prefill', 'text', 'load', 'peak'] as const;
const peers = ['onnxruntime-web', 'onnxruntime-web, 2 threads', 'tfjs'] as const;

/** Generation on WebAssembly in Node. */
const wasmParts: readonly Part[] = [
  {
    shape: 'gpt2-124m',
    peers,
    settings: { prompt: 128, count: 17, textCount: 32, rounds: 7 },
    quantities: all,
    goals: { 'decode onnxruntime-web': 1.2, 'prefill onnxruntime-web': 1.3 },
    peakGoal: 2.2,
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
    peers,
    settings: { prompt: 128, count: 33, textCount: 64, rounds: 15 },
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
    settings: { prompt: 32, count: 9, textCount: 16, rounds: 5 },
    quantities: all,
    goals: { 'decode tfjs': 1 },
  },
];

/** Measures generation on WebAssembly compared with onnxruntime-web and stock TensorFlow.js. */
export async function* generationOnWasm(shape?: string): AsyncGenerator<Line[]> {
  for (const part of partsOfShape(wasmParts, shape)) {
    const { measurements, bytes } = await run(part, async name => inProcess(name));
    yield linesOf(measurements, { title: part.shape, ...part, ...part.settings, place: 'process' });
    if (part.peakGoal !== undefined)
      yield [weightsLine(part.shape, measurements.get('residual')!, bytes, part.peakGoal)];
  }
}

/** Measures generation on WebGL compared with stock TensorFlow.js. */
export async function* generationOnWebgl(shape?: string): AsyncGenerator<Line[]> {
  for (const part of partsOfShape(webglParts, shape)) {
    const { measurements } = await run(part, inPage);
    yield linesOf(measurements, { title: part.shape, ...part, ...part.settings, place: 'page' });
  }
}

function partsOfShape(parts: readonly Part[], shape: string | undefined): readonly Part[] {
  return parts.filter(part => shape === undefined || part.shape === shape);
}

async function run({ shape, peers, settings, quantities }: Part, start: StartSubject) {
  const folder = await checkpointOf(shape);
  const options = { vocab: shapes[shape].vocab_size, quantities };
  const measurements = await measure(start, ['residual', ...peers], folder, settings, options);
  return { measurements, bytes: (await stat(join(folder, 'model.safetensors'))).size };
}

function weightsLine(title: string, { peak }: Measurement, bytes: number, goal: number): Line {
  const what = `${title}: peak memory, MB`;
  return lineOf({ what, ours: peak.map(value => value / 1e6), peer: 'the weights alone', peers: [bytes / 1e6], goal });
}
