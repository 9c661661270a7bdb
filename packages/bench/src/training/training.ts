import { fileURLToPath } from 'node:url';
import { type Line, lineOf } from '../comparison/line.js';
import { type BenchProcess, startProcess } from '../processes/process.js';
import { repository } from '../repository.js';
import { type TrainingShape, trainingShapes } from './trainer.js';

const rounds = 3;

/**
 * Measures training steps compared with TensorFlow.js's own ops, gradients and Adam, and the memory of LoRA compared
 * with training all weights.
 */
export async function* trainingOnWasm(only?: string): AsyncGenerator<Line[]> {
  for (const [name, shape] of Object.entries(trainingShapes))
    if (only === undefined || only === name) yield await stepLines(name, shape);
  if (only === undefined || only === 'stories') yield [await loraLine()];
}

/** Both sides alternate step by step. Their losses must be equal; otherwise they do not train the same model. */
async function stepLines(name: string, shape: TrainingShape): Promise<Line[]> {
  const names = ['residual', 'tfjs'] as const;
  const subjects: readonly BenchProcess[] = names.map(subject => startProcess('./training-child.js', subject));
  try {
    for (const { call } of subjects) await call('begin', shape);
    const times = names.map((): number[] => []);
    for (let step = 0; step <= rounds; step++) {
      const losses: number[] = [];
      for (const [i, { call }] of subjects.entries()) {
        const { loss, milliseconds }: { loss: number; milliseconds: number } = await call('step', step);
        losses.push(loss);
        if (step > 0) times[i]!.push(milliseconds);
      }
      const [ourValue, peerValue] = losses as [number, number];
      if (!(Math.abs(ourValue - peerValue) < 2e-3))
        throw new Error(`bench: at step ${step} of ${name} the losses are ${ourValue} and ${peerValue}`);
    }
    const [ours, peers] = times as [number[], number[]];
    const peaks = [];
    for (const { call } of subjects) peaks.push((await call('peak')) / 1e6);
    const tokens = shape.batch * shape.length;
    const step = { what: `${name}: training step of ${tokens} tokens, ms`, ours, peer: 'tfjs', peers, goal: 0.333 };
    return [
      lineOf({ ...step, notes: ['plainOps'] }),
      memoryLine(`${name}: memory of tensors at the peak, MB`, peaks, 'tfjs', 0.5),
    ];
  } finally {
    for (const { close } of subjects) await close();
  }
}

/**
 * Fine-tunes the stories model with LoRA of rank 8 on its attention and with all weights: 64 tokens a step, blocks
 * recomputed in both.
 */
async function loraLine(): Promise<Line> {
  const folder = fileURLToPath(new URL('packages/model-stories/model', repository));
  const peaks: number[] = [];
  for (const isLora of [true, false]) {
    const { call, close } = startProcess('./training-child.js', 'residual');
    try {
      await call('fineTune', folder, isLora);
      peaks.push((await call('peak')) / 1e6);
    } finally {
      await close();
    }
  }
  return memoryLine('stories: memory of LoRA at rank 8, MB', peaks, 'all weights trained', 0.45);
}

/** A line of the size of the memory of WebAssembly, which does not vary. */
function memoryLine(what: string, [ours, peers]: readonly number[], peer: string, goal: number): Line {
  return lineOf({ what, ours: [ours!], peer, peers: [peers!], goal });
}
