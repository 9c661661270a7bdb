import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { convertCheckpoint } from '@residual/model';
import { type Line, lineOf } from '../comparison/line.js';
import { checkpointOf } from '../generation/checkpoint.js';
import { inPageOnWasm } from '../generation/in-page.js';
import { startProcess } from '../processes/process.js';
import type { LoadedForm, LoadMeasurement, PeakMeasurement, RepeatedLoads } from './measurement.js';

const rounds = 3;
/** The loads of one process whose memory must not grow. */
const repetitions = 500;
/** The largest peak of resident memory, in units of the weights as they are held. */
const peakGoal = 1.15;

/** What is loaded: the type in the file, and the form in memory. */
const loads: readonly (readonly [dtype: 'F32' | 'F16', form: LoadedForm])[] = [
  ['F32', 'f32'],
  ['F32', 'f16'],
  ['F32', 'int8'],
  ['F32', 'int4'],
  ['F16', 'f16'],
  ['F16', 'int8'],
];

/** What is loaded in a page, from a server of this machine. */
const loadsInChrome: readonly (readonly [dtype: 'F32' | 'F16' | 'int8', form: LoadedForm])[] = [
  ['F32', 'f32'],
  ['F16', 'f16'],
  ['F32', 'int8'],
  ['int8', 'int8'],
];

/**
 * Measures loads of GPT-2's smallest size on wasm, in Node and in Chrome: the peak of memory beside the weights, in
 * Node also the time beside reading the file, and whether many loads leave memory behind.
 */
export async function* loadingOnWasm(shape?: string): AsyncGenerator<Line[]> {
  if (shape !== undefined && shape !== 'gpt2-124m') return;
  const float32 = await checkpointOf('gpt2-124m');
  const folders = { F32: float32, F16: await converted(float32, 'f16'), int8: await converted(float32, 'int8') };
  for (const [dtype, form] of loads) {
    const measured: LoadMeasurement[] = [];
    for (let round = 0; round < rounds; round++) measured.push(await inProcess('load', folders[dtype], form));
    yield linesOf(`124M, ${dtype} as ${form}`, measured);
  }
  for (const [dtype, form] of process.platform === 'linux' ? loadsInChrome : []) {
    const measured: PeakMeasurement[] = [];
    for (let round = 0; round < rounds; round++) measured.push(await loadInChrome(folders[dtype], form));
    yield [peakLine(`124M, ${dtype} as ${form} in Chrome: peak above the page before, MB`, measured, 'page')];
  }
  const small = await checkpointOf('gpt2-empty');
  for (const form of ['f32', 'f16', 'int8', 'int4'] as const) yield [await repeatedLine(small, form)];
}

function linesOf(what: string, measured: readonly LoadMeasurement[]): Line[] {
  return [
    peakLine(`${what}: peak above the process before, MB`, measured, 'process'),
    lineOf({
      what: `${what}: load, ms`,
      ours: measured.map(({ time }) => time),
      peer: 'reading the file',
      peers: measured.map(({ reading }) => reading),
      notes: ['process'],
    }),
  ];
}

function peakLine(what: string, measured: readonly PeakMeasurement[], note: 'process' | 'page'): Line {
  const megabytes = (name: 'peak' | 'held') => measured.map(each => each[name] / 1e6);
  const [ours, peers] = [megabytes('peak'), megabytes('held')];
  return lineOf({ what, ours, peer: 'the weights', peers, goal: peakGoal, notes: [note] });
}

/** The peak of one load in a page of its own, above that of the page with the backend started. */
async function loadInChrome(folder: string, form: LoadedForm): Promise<PeakMeasurement> {
  const page = await inPageOnWasm(form);
  try {
    const [peak, held] = [await page.peak(), await page.held()];
    await page.load(folder);
    return { peak: (await page.peak()) - peak, held: (await page.held()) - held };
  } finally {
    await page.close();
  }
}

/** Loads and disposes a small model many times. Errors if a tensor or memory of the backend is left. */
async function repeatedLine(folder: string, form: LoadedForm): Promise<Line> {
  const { usages } = await inProcess<RepeatedLoads>('repeat', folder, form, repetitions);
  const [early, late] = usages as [RepeatedLoads['usages'][number], RepeatedLoads['usages'][number]];
  for (const name of ['tensors', 'bytes', 'buffers', 'heapBytes'] as const)
    if (early[name] !== late[name])
      throw new Error(`bench: ${name} grew from ${early[name]} to ${late[name]} in ${repetitions} loads as ${form}`);
  return lineOf({
    what: `${repetitions} loads of a small model as ${form}: reachable, MB`,
    ours: [late.reachable / 1e6],
    peer: `after ${repetitions / 10}`,
    peers: [early.reachable / 1e6],
    goal: 1.03,
  });
}

async function inProcess<Result>(call: string, ...values: unknown[]): Promise<Result> {
  const child = startProcess('./loading-child.js', 'loading');
  try {
    return (await child.call(call, ...values)) as Result;
  } finally {
    await child.close();
  }
}

/** The same checkpoint with its matrices in a form, created at the first run. */
async function converted(folder: string, form: 'f16' | 'int8'): Promise<string> {
  const target = `${folder}-${form}`;
  const file = join(target, 'model.safetensors');
  if (existsSync(file)) return target;
  await mkdir(target, { recursive: true });
  const { files, weights } = await convertCheckpoint(folder, { weights: form });
  for (const [name, bytes] of files) await writeFile(join(target, name), bytes);
  await writeFile(`${file}.partial`, weights.get('model.safetensors')!);
  await rename(`${file}.partial`, file);
  return target;
}
