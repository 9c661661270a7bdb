import { dispose, keep, normalValues, type Tensor, tensor, tidy } from '@residual/tensor';
import { sizeOf } from '@residual/tensor/kernels';
import { env } from '@tensorflow/tfjs-core';
import { withoutKernels } from '../src/testing/without-kernels.js';
import { decodeOps, models, type Normal } from './decode-ops.js';

/** Milliseconds of one op of a model: composed of tfjs kernels, and with our kernel. */
export interface Row {
  readonly model: string;
  readonly op: string;
  readonly composed: number;
  readonly kernel: number;
}

/** Reports a row for each op of one decoding step whose "model op" fits the pattern. */
export async function measure(pattern: RegExp, report: (row: Row) => void): Promise<void> {
  for (const flag of ['WEBGL_CPU_FORWARD', 'WEBGPU_CPU_FORWARD']) if (flag in env().getFlags()) env().set(flag, false);
  for (const model of models) {
    const tensors = new Map<string, Tensor>();
    const normal: Normal = (name, ...shape) => {
      const key = `${name} ${shape}`;
      const x = tensors.get(key) ?? keep(normalTensor(name, shape));
      tensors.set(key, x);
      return x;
    };
    for (const [op, run] of Object.entries(decodeOps(model, normal))) {
      if (!pattern.test(`${model.name} ${op}`)) continue;
      const [kernel, composed] = await bestTimes([run, () => withoutKernels(run)]);
      report({ model: model.name, op, composed: composed!, kernel: kernel! });
    }
    dispose([...tensors.values()]);
  }
}

/** The shortest of four measurements of each function, in milliseconds a call; the functions take turns. */
async function bestTimes(runs: readonly (() => Tensor)[]): Promise<number[]> {
  const best = runs.map(() => Number.POSITIVE_INFINITY);
  const counts: number[] = [];
  for (const run of runs) {
    await read(tidy(run));
    const start = performance.now();
    await read(tidy(run));
    counts.push(Math.max(1, Math.min(60, Math.round(250 / (performance.now() - start)))));
  }
  for (let round = 0; round < 4; round++)
    for (const [i, run] of runs.entries()) {
      const start = performance.now();
      for (let n = 1; n < counts[i]!; n++) tidy(run).dispose();
      await read(tidy(run));
      best[i] = Math.min(best[i]!, (performance.now() - start) / counts[i]!);
    }
  return best;
}

async function read(x: Tensor): Promise<void> {
  await x.data();
  x.dispose();
}

/** Small normally distributed numbers, which repeat after 65536. */
function normalTensor(name: string, shape: readonly number[]): Tensor {
  const size = sizeOf(shape);
  const values = normalValues(1, name, Math.min(size, 65536));
  return tensor(
    Float32Array.from({ length: size }, (_, i) => values[i % values.length]! * 0.05),
    shape,
  );
}
