import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { float32ToFloat16, openSafetensors, streamSafetensors } from '@residual/safetensors';
import { fileSource } from '@residual/safetensors/node';
import { type Line, lineOf } from '../comparison/line.js';
import { checkpointOf } from '../generation/checkpoint.js';
import { startProcess } from '../processes/process.js';
import type { LoadedForm, LoadMeasurement, RepeatedLoads } from './measurement.js';

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

/**
 * Measures loads of GPT-2's smallest size in Node on wasm: the time beside reading the file, the peak of memory beside
 * the weights, and whether many loads leave memory behind.
 */
export async function* loadingOnWasm(shape?: string): AsyncGenerator<Line[]> {
  if (shape !== undefined && shape !== 'gpt2-124m') return;
  const float32 = await checkpointOf('gpt2-124m');
  const folders = { F32: float32, F16: await halfPrecision(float32) };
  for (const [dtype, form] of loads) {
    const measured: LoadMeasurement[] = [];
    for (let round = 0; round < rounds; round++) measured.push(await inProcess('load', folders[dtype], form));
    yield linesOf(`124M, ${dtype} as ${form}`, measured);
  }
  const small = await checkpointOf('gpt2-empty');
  for (const form of ['f32', 'f16', 'int8', 'int4'] as const) yield [await repeatedLine(small, form)];
}

function linesOf(what: string, measured: readonly LoadMeasurement[]): Line[] {
  const megabytes = (name: 'peak' | 'held') => measured.map(each => each[name] / 1e6);
  return [
    lineOf({
      what: `${what}: peak above the process before, MB`,
      ours: megabytes('peak'),
      peer: 'the weights',
      peers: megabytes('held'),
      goal: peakGoal,
      notes: ['process'],
    }),
    lineOf({
      what: `${what}: load, ms`,
      ours: measured.map(({ time }) => time),
      peer: 'reading the file',
      peers: measured.map(({ reading }) => reading),
      notes: ['process'],
    }),
  ];
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

/** The same checkpoint in float16, created at the first run. */
async function halfPrecision(folder: string): Promise<string> {
  const target = `${folder}-f16`;
  const file = join(target, 'model.safetensors');
  if (existsSync(file)) return target;
  await mkdir(target, { recursive: true });
  await copyFile(join(folder, 'config.json'), join(target, 'config.json'));
  const stored = await openSafetensors(await fileSource(join(folder, 'model.safetensors')));
  const halves = [...stored.tensors].map(([name, { shape }]) => {
    const data = async () => float32ToFloat16((await stored.readFloat32(name)).data);
    return [name, { dtype: 'F16' as const, shape, data }] as const;
  });
  await writeFile(`${file}.partial`, streamSafetensors(new Map(halves), { format: 'pt' }));
  await rename(`${file}.partial`, file);
  return target;
}
