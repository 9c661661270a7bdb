import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Filter, matchingNames } from '../comparison/filter.js';
import { type Line, lineOf } from '../comparison/line.js';
import { installPeers } from '../peers/peers.js';
import { checkpointOf } from './checkpoint.js';
import { ggufFile, writeGgufFile, writeRandomGguf } from './gguf-file.js';
import { inPage, inPageOnWasm } from './in-page.js';
import { inProcess } from './in-process.js';
import { type Goals, linesOf } from './lines.js';
import { type Measurement, type MeasureOptions, measure, type Quantity, type StartSubject } from './measure.js';
import { type OnnxForm, writeOnnx } from './onnx/onnx-file.js';
import { bytesPerEntry, entriesRead, type ShapeName, shapes } from './shape.js';
import { type Form, parseSubject, type SubjectName, type SubjectRunner } from './subject-runner.js';

/** One part of the benchmark. */
interface Part {
  readonly shape: ShapeName;
  /** The title of the lines; the shape's name and form if absent. */
  readonly title?: string;
  /** Our form of weights, float32 if absent. */
  readonly form?: Form;
  readonly peers: readonly SubjectName[];
  readonly settings: MeasureOptions;
  readonly quantities: readonly Quantity[];
  readonly goals?: Goals;
  /** Whether ours runs in a page of Chrome, and not in Node. */
  readonly inChrome?: boolean;
  /** The highest peak memory that meets our own goal, in multiples of the bytes of the weights. */
  readonly peakGoal?: number;
}

const all = ['decode', 'prefill', 'text', 'load', 'peak'] as const;
const withoutText = ['decode', 'prefill', 'load', 'peak'] as const;

/** Generation on WebAssembly in Node. */
const wasmParts: readonly Part[] = [
  {
    shape: 'gpt2-124m',
    peers: ['onnxruntime-web', 'onnxruntime-web, 2 threads', 'onnxruntime-node', 'llama.cpp', 'tfjs', 'the machine'],
    settings: { prompt: 128, count: 17, textCount: 32, rounds: 7 },
    quantities: all,
    goals: { 'decode onnxruntime-web': 1.2, 'prefill onnxruntime-web': 1.3, 'prefill the machine': 1.3 },
    peakGoal: 2.2,
  },
  {
    shape: 'gpt2-124m',
    form: 'int8',
    peers: [
      'onnxruntime-web',
      'onnxruntime-web int8',
      'onnxruntime-node int8',
      'llama.cpp int8',
      'the machine int8',
      'residual int8, f16 cache',
      'residual int8, int8 cache',
    ],
    settings: { prompt: 128, count: 17, rounds: 7 },
    quantities: withoutText,
    goals: {
      'decode the machine int8': 1.3,
      'decode onnxruntime-web': 1 / 3.5,
      'decode onnxruntime-web int8': 1 / 3.5,
      'decode onnxruntime-node int8': 1,
      'decode llama.cpp int8': 1,
      'prefill onnxruntime-web int8': 1,
    },
    peakGoal: 2.2,
  },
  {
    shape: 'gpt2-124m',
    form: 'int4',
    peers: [
      'onnxruntime-web int4',
      'onnxruntime-node int4',
      'llama.cpp int4',
      'transformers.js int4',
      'the machine int4',
    ],
    settings: { prompt: 128, count: 17, rounds: 5 },
    quantities: withoutText,
    goals: { 'decode the machine int4': 1.6, 'decode llama.cpp int4': 1 },
  },
  {
    shape: 'gpt2-124m',
    title: 'gpt2-124m, 896 in the cache',
    peers: ['onnxruntime-web'], // tfjs runs out of memory
    settings: { prompt: 896, count: 9, rounds: 3 },
    quantities: ['decode', 'prefill'],
  },
  {
    shape: 'gpt2-124m',
    title: 'gpt2-124m int8, 896 in the cache',
    form: 'int8',
    peers: [
      'onnxruntime-web',
      'onnxruntime-web int8',
      'llama.cpp int8',
      'residual int8, f16 cache',
      'residual int8, int8 cache',
    ],
    settings: { prompt: 896, count: 9, rounds: 3 },
    quantities: ['decode', 'prefill'],
    goals: { 'decode onnxruntime-web': 1 / 4, 'decode onnxruntime-web int8': 1 / 4 },
  },
  {
    shape: 'llama-110m',
    title: 'llama-110m int8, 896 in the cache',
    form: 'int8',
    peers: ['onnxruntime-web int8', 'onnxruntime-node int8', 'llama.cpp int8'],
    settings: { prompt: 896, count: 9, rounds: 3 },
    quantities: ['decode', 'prefill'],
  },
  {
    shape: 'llama-110m',
    title: 'llama-110m int8, 8,192 in the cache',
    form: 'int8',
    peers: ['onnxruntime-web int8', 'onnxruntime-node int8', 'llama.cpp int8'],
    settings: { prompt: 8192, count: 9, rounds: 1 },
    quantities: ['decode', 'prefill'],
  },
  {
    shape: 'llama-1.1b',
    form: 'int4',
    peers: ['llama.cpp int4', 'the machine int4'],
    settings: { prompt: 32, count: 17, rounds: 3 },
    quantities: withoutText,
    peakGoal: 1.15,
  },
  {
    shape: 'llama-1.1b',
    form: 'int8',
    peers: ['llama.cpp int8', 'the machine int8'],
    settings: { prompt: 32, count: 17, rounds: 3 },
    quantities: withoutText,
    peakGoal: 1.15,
  },
  {
    shape: 'llama-1.1b',
    title: 'llama-1.1b int4 in Chrome',
    form: 'int4',
    inChrome: true,
    peers: ['the machine int4'],
    settings: { prompt: 32, count: 17, rounds: 3 },
    quantities: withoutText,
    peakGoal: 1.15,
  },
  {
    shape: 'llama-1.1b',
    title: 'llama-1.1b int8 in Chrome',
    form: 'int8',
    inChrome: true,
    peers: ['the machine int8'],
    settings: { prompt: 32, count: 17, rounds: 3 },
    quantities: withoutText,
    peakGoal: 1.15,
  },
  {
    shape: 'gpt2-124m',
    title: 'gpt2-124m int8 in Chrome',
    form: 'int8',
    inChrome: true,
    peers: ['the machine int8'],
    settings: { prompt: 128, count: 17, rounds: 3 },
    quantities: withoutText,
    peakGoal: 2.2,
  },
  {
    shape: 'stories',
    peers: ['onnxruntime-web', 'onnxruntime-web, 2 threads', 'tfjs'],
    settings: { prompt: 128, count: 33, textCount: 64, rounds: 15 },
    quantities: all,
  },
  {
    shape: 'stories',
    form: 'int8',
    peers: ['onnxruntime-web', 'onnxruntime-web int8'],
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

/** Measures generation on WebAssembly compared with onnxruntime, llama.cpp, transformers.js and stock TensorFlow.js. */
export async function* generationOnWasm({ shape, kind = '', peer = [''] }: Filter): AsyncGenerator<Line[]> {
  const allPeers = [...new Set(wasmParts.flatMap(({ peers }) => peers))];
  const wanted = peer.flatMap(word => matchingNames('peer', allPeers, word));
  await installPeers();
  for (const each of partsOfShape(wasmParts, shape)) {
    const part = { ...each, peers: each.peers.filter(name => wanted.includes(name)) };
    const { title = titleOf(part), form = 'f32', settings, peakGoal } = part;
    if (!title.includes(kind) || part.peers.length === 0) continue;
    const start: StartSubject = async name =>
      part.inChrome && parseSubject(name).library === 'residual' ? startInChrome(part) : inProcess(name);
    const { measurements, ours } = await run(part, start);
    yield linesOf(measurements, { ...part, title, ours, ...settings, place: part.inChrome ? 'page' : 'process' });
    if (peakGoal === undefined) continue;
    const bytes = entriesRead(shapes[part.shape]) * bytesPerEntry[form];
    const empty = part.inChrome ? await startInChrome(part) : inProcess('the machine');
    yield [await weightsLine(title, measurements.get(ours)!, empty, bytes, peakGoal)];
  }
}

const startInChrome = ({ shape, form = 'f32' }: Part) =>
  inPageOnWasm(form, shape === 'llama-1.1b' ? ggufFile(form) : undefined);

const titleOf = ({ shape, form }: Part) => (form ? `${shape} ${form}` : shape);

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

async function run({ shape, form = 'f32', peers, settings, quantities }: Part, start: StartSubject) {
  const folder = await checkpointOf(shape);
  if (shape === 'llama-1.1b') await writeRandomGguf(folder, shapes[shape], form as 'int8' | 'int4');
  for (const peer of peers) await prepare(folder, peer);
  const ours: SubjectName = form === 'f32' ? 'residual' : `residual ${form}`;
  const options = { vocab: shapes[shape].vocab_size, quantities };
  return { ours, measurements: await measure(start, [ours, ...peers], folder, settings, options) };
}

/** Writes the files that a peer reads instead of the checkpoint, unless they are there. */
async function prepare(folder: string, peer: SubjectName): Promise<void> {
  const { library, form } = parseSubject(peer);
  if (library.startsWith('onnxruntime') || library === 'transformers.js') await writeOnnx(folder, form as OnnxForm);
  if (library === 'llama.cpp' && existsSync(join(folder, 'model.safetensors'))) await writeGgufFile(folder, form);
}

/** The peak memory above that of an empty process or page, beside the bytes of the weights. */
async function weightsLine(
  title: string,
  { peak }: Measurement,
  empty: SubjectRunner,
  bytes: number,
  goal: number,
): Promise<Line> {
  const baseline = await empty.peak();
  await empty.close();
  const what = `${title}: peak memory above an empty one, MB`;
  const ours = peak.map(value => (value - baseline) / 1e6);
  return lineOf({ what, ours, peer: 'the weights alone', peers: [bytes / 1e6], goal });
}
