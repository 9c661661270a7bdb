import { fileURLToPath } from 'node:url';
import type { Line } from '../lines.js';
import { lowerQuartile } from '../measure.js';
import { type BenchProcess, startProcess } from '../process.js';
import { type TrainingShape, trainingShapes } from './trainer.js';

const rounds = 3;

/**
 * Measures training steps compared with TensorFlow.js's own ops, gradients and Adam, and the memory of LoRA compared
 * with training all weights.
 */
export async function trainingOnWasm(only?: string): Promise<Line[]> {
  const lines: Line[] = [];
  for (const [name, shape] of Object.entries(trainingShapes))
    if (only === undefined || only === name) lines.push(...(await stepLines(name, shape)));
  if (only === undefined || only === 'stories') lines.push(await loraLine());
  return lines;
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
    const [ourTime, peerTime] = times.map(lowerQuartile) as unknown as [number, number];
    const [ourPeak, peerPeak] = (await Promise.all(subjects.map(({ call }) => call('peak')))) as unknown as [
      number,
      number,
    ];
    const tokens = shape.batch * shape.length;
    return [
      line(`${name}: training step of ${tokens} tokens, ms`, 'ms', [ourTime, peerTime], 'tfjs', 0.333),
      line(`${name}: memory of tensors at the peak, MB`, 'MB', [ourPeak / 1e6, peerPeak / 1e6], 'tfjs', 0.5),
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
  const folder = fileURLToPath(new URL('../../model-stories/model', import.meta.url));
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
  return line(
    'stories: memory of LoRA at rank 8, MB',
    'MB',
    peaks as unknown as [number, number],
    'all weights trained',
    0.45,
  );
}

function line(
  what: string,
  unit: string,
  [ourValue, peerValue]: readonly [number, number],
  peer: string,
  goal: number,
): Line {
  return { what, unit, ourValue, peer, peerValue, ratio: ourValue / peerValue, goal };
}
