import {
  add,
  appendToCache,
  attend,
  dispose,
  embed,
  gelu,
  keep,
  layerNorm,
  linear,
  normalValues,
  requireBackend,
  reshape,
  rotate,
  sliceAxis,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from '@residual/tensor';
import { env, getKernelsForBackend, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';

interface Model {
  readonly name: string;
  readonly modelDim: number;
  readonly heads: number;
  readonly vocab: number;
  readonly depth: number;
  readonly capacity: number;
  readonly filled: number;
}

const models: readonly Model[] = [
  { name: 'stories', modelDim: 320, heads: 5, vocab: 8192, depth: 6, capacity: 256, filled: 130 },
  { name: 'GPT-2 124M', modelDim: 768, heads: 12, vocab: 50257, depth: 12, capacity: 256, filled: 130 },
];

export interface Row {
  readonly model: string;
  readonly op: string;
  readonly composed: number;
  readonly kernel: number;
}

/** Milliseconds of every op of one decoding step, composed and by our kernels, in turns; and of the step. */
export async function measure(only: RegExp, note: (row: Row) => void): Promise<void> {
  for (const flag of ['WEBGL_CPU_FORWARD', 'WEBGPU_CPU_FORWARD']) if (flag in env().getFlags()) env().set(flag, false);
  for (const model of models) {
    const made = new Map<string, Tensor>();
    const kept = (name: string, shape: number[], make: () => Tensor) => {
      const key = `${name} ${shape}`;
      if (!made.has(key)) made.set(key, keep(make()));
      return made.get(key)!;
    };
    const normal = (name: string, ...shape: number[]) => kept(name, shape, () => values(name, shape));
    for (const [op, body] of Object.entries(cases(model, normal))) {
      if (!only.test(`${model.name} ${op}`)) continue;
      const [kernel, composed] = await inTurns(body, () => withoutKernels(body));
      note({ model: model.name, op, composed: composed!, kernel: kernel! });
    }
    dispose([...made.values()]);
  }
}

type Normal = (name: string, ...shape: number[]) => Tensor;

function cases(
  { modelDim, heads, vocab, depth, capacity, filled }: Model,
  normal: Normal,
): Record<string, () => Tensor> {
  const headDim = modelDim / heads;
  const x = normal('x', 1, 1, modelDim);
  const wide = normal('wide', 1, 1, 4 * modelDim);
  const prompt = normal('prompt', 1, 64, modelDim);
  const [weight, bias] = [normal('weight', modelDim), normal('bias', modelDim)];
  const head = normal('head', 1, heads, 1, headDim);
  const cache = (name: string) => normal(name, 1, heads, capacity, headDim);
  const at = (n: number) => tensor([n], [1], 'int32');
  const table = normal('table', 1024, headDim / 2);
  const matrix = (out: number, width: number, i = 0) => normal(`matrix ${i}`, out, width);
  const vector = (out: number) => normal('vector', out);
  const step = () => {
    let y = embed(matrix(vocab, modelDim), tensor([3], [1, 1], 'int32'));
    const position = at(filled);
    for (let i = 0; i < depth; i++) {
      const a = layerNorm(y, weight, bias, 1e-5);
      const project = (j: number, z: Tensor) => linear(z, matrix(modelDim, modelDim, j), vector(modelDim));
      const split = (z: Tensor) => reshape(z, [1, heads, 1, headDim]);
      const caches = [0, 1].map(j => {
        const next = keep(appendToCache(held[2 * i + j]!, split(project(j, a)), position));
        held[2 * i + j] = next;
        return next;
      });
      const mixed = attend(
        { query: split(project(2, a)), key: caches[0]!, value: caches[1]!, position },
        { causal: true },
      );
      y = add(y, project(3, reshape(mixed, [1, 1, modelDim])));
      const b = layerNorm(y, weight, bias, 1e-5);
      const up = gelu(linear(b, matrix(4 * modelDim, modelDim), vector(4 * modelDim)), { approximate: true });
      y = add(y, linear(up, matrix(modelDim, 4 * modelDim), vector(modelDim)));
    }
    return linear(layerNorm(y, weight, bias, 1e-5), matrix(vocab, modelDim));
  };
  const held = Array.from({ length: 2 * depth }, () => keep(zeros([1, heads, capacity, headDim])));
  return {
    'layerNorm, 1 position': () => layerNorm(x, weight, bias, 1e-5),
    'layerNorm, 64 positions': () => layerNorm(prompt, weight, bias, 1e-5),
    'linear dim to dim, 1 position': () => linear(x, matrix(modelDim, modelDim), vector(modelDim)),
    'linear dim to 4 dim, 1 position': () => linear(x, matrix(4 * modelDim, modelDim), vector(4 * modelDim)),
    'linear 4 dim to dim, 1 position': () => linear(wide, matrix(modelDim, 4 * modelDim), vector(modelDim)),
    'linear dim to dim, 64 positions': () => linear(prompt, matrix(modelDim, modelDim), vector(modelDim)),
    'linear dim to 4 dim, 64 positions': () => linear(prompt, matrix(4 * modelDim, modelDim), vector(4 * modelDim)),
    'linear to the vocabulary': () => linear(x, matrix(vocab, modelDim)),
    'gelu, 1 position': () => gelu(wide, { approximate: true }),
    'embed, 1 position': () => embed(matrix(vocab, modelDim), tensor([3], [1, 1], 'int32')),
    'rotate, 1 position': () => rotate(head, { cos: table, sin: table, ids: tensor([7], [1, 1], 'int32') }),
    appendToCache: () => {
      held[0] = keep(appendToCache(held[0]!, head, at(filled)));
      return sliceAxis(held[0], 1, 0, 1);
    },
    [`attend, 1 position, ${filled} of ${capacity} keys`]: () =>
      attend({ query: head, key: cache('key'), value: cache('value'), position: at(filled) }, { causal: true }),
    'attend, 1 position, all keys': () =>
      attend({ query: head, key: cache('key'), value: cache('value'), position: at(capacity - 1) }, { causal: true }),
    'attend, 64 positions': () =>
      attend(
        { query: normal('heads', 1, heads, 64, headDim), key: cache('key'), value: cache('value'), position: at(0) },
        { causal: true },
      ),
    step: step,
  };
}

async function inTurns(...bodies: (() => Tensor)[]): Promise<number[]> {
  const best = bodies.map(() => Number.POSITIVE_INFINITY);
  const counts: number[] = [];
  for (const body of bodies) {
    await read(tidy(body));
    const start = performance.now();
    await read(tidy(body));
    counts.push(Math.max(1, Math.min(60, Math.round(250 / (performance.now() - start)))));
  }
  for (let round = 0; round < 4; round++)
    for (const [i, body] of bodies.entries()) {
      const start = performance.now();
      for (let n = 1; n < counts[i]!; n++) tidy(body).dispose();
      await read(tidy(body));
      best[i] = Math.min(best[i]!, (performance.now() - start) / counts[i]!);
    }
  return best;
}

async function read(x: Tensor): Promise<void> {
  await x.data();
  x.dispose();
}

function withoutKernels<Result>(body: () => Result): Result {
  const backend = requireBackend();
  const ours = getKernelsForBackend(backend).filter(({ kernelName }) => kernelName.startsWith('residual.'));
  for (const { kernelName } of ours) unregisterKernel(kernelName, backend);
  try {
    return body();
  } finally {
    for (const kernel of ours) registerKernel(kernel);
  }
}

function values(name: string, shape: number[]): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  const some = normalValues(1, name, Math.min(size, 65536));
  return tensor(
    Float32Array.from({ length: size }, (_, i) => some[i % some.length]! * 0.05),
    shape,
  );
}
