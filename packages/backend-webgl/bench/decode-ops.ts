import {
  add,
  appendToCache,
  attend,
  embed,
  gelu,
  keep,
  layerNorm,
  linear,
  reshape,
  rotate,
  sliceAxis,
  type Tensor,
  tensor,
  zeros,
} from '@residual/tensor';

/** The sizes of a model, and how full its cache is. */
interface Model {
  readonly name: string;
  readonly modelDim: number;
  readonly heads: number;
  readonly vocab: number;
  readonly depth: number;
  readonly capacity: number;
  readonly length: number;
}

/** The models that are measured. */
export const models: readonly Model[] = [
  { name: 'stories', modelDim: 320, heads: 5, vocab: 8192, depth: 6, capacity: 256, length: 130 },
  { name: 'GPT-2 124M', modelDim: 768, heads: 12, vocab: 50257, depth: 12, capacity: 256, length: 130 },
];

/** Normally distributed numbers of a name and shape; the same tensor on each call. */
export type Normal = (name: string, ...shape: number[]) => Tensor;

/** The ops of one decoding step, and the step, by name. */
export function decodeOps(model: Model, normal: Normal): Record<string, () => Tensor> {
  const { modelDim, heads, vocab, capacity, length } = model;
  const headDim = modelDim / heads;
  const x = normal('x', 1, 1, modelDim);
  const hidden = normal('hidden', 1, 1, 4 * modelDim);
  const prompt = normal('prompt', 1, 64, modelDim);
  const [weight, bias] = [normal('weight', modelDim), normal('bias', modelDim)];
  const head = normal('head', 1, heads, 1, headDim);
  const table = normal('table', 1024, headDim / 2);
  const matrix = (out: number, width: number) => normal('matrix 0', out, width);
  const vector = (out: number) => normal('vector', out);
  const attendAt = (query: Tensor, position: number) => {
    const [key, value] = ['key', 'value'].map(name => normal(name, 1, heads, capacity, headDim)) as [Tensor, Tensor];
    return attend({ query, key, value, position: int32(position) }, { causal: true });
  };
  let cache = keep(zeros([1, heads, capacity, headDim]));
  return {
    'layerNorm, 1 position': () => layerNorm(x, weight, bias, 1e-5),
    'layerNorm, 64 positions': () => layerNorm(prompt, weight, bias, 1e-5),
    'linear dim to dim, 1 position': () => linear(x, matrix(modelDim, modelDim), vector(modelDim)),
    'linear dim to 4 dim, 1 position': () => linear(x, matrix(4 * modelDim, modelDim), vector(4 * modelDim)),
    'linear 4 dim to dim, 1 position': () => linear(hidden, matrix(modelDim, 4 * modelDim), vector(modelDim)),
    'linear dim to dim, 64 positions': () => linear(prompt, matrix(modelDim, modelDim), vector(modelDim)),
    'linear dim to 4 dim, 64 positions': () => linear(prompt, matrix(4 * modelDim, modelDim), vector(4 * modelDim)),
    'linear to the vocabulary': () => linear(x, matrix(vocab, modelDim)),
    'gelu, 1 position': () => gelu(hidden, { approximate: true }),
    'embed, 1 position': () => embed(matrix(vocab, modelDim), int32(3, [1, 1])),
    'rotate, 1 position': () => rotate(head, { cos: table, sin: table, ids: int32(7, [1, 1]) }),
    appendToCache: () => {
      cache = keep(appendToCache(cache, head, int32(length)));
      return sliceAxis(cache, 1, 0, 1);
    },
    [`attend, 1 position, ${length} of ${capacity} keys`]: () => attendAt(head, length),
    'attend, 1 position, all keys': () => attendAt(head, capacity - 1),
    'attend, 64 positions': () => attendAt(normal('heads', 1, heads, 64, headDim), 0),
    step: decodeStep(model, normal),
  };
}

/** One decoding step of a GPT: the logits after one token. */
function decodeStep({ modelDim, heads, vocab, depth, capacity, length }: Model, normal: Normal): () => Tensor {
  const headDim = modelDim / heads;
  const matrix = (out: number, width: number, i = 0) => normal(`matrix ${i}`, out, width);
  const vector = (out: number) => normal('vector', out);
  const norm = (x: Tensor) => layerNorm(x, normal('weight', modelDim), normal('bias', modelDim), 1e-5);
  const project = (i: number, x: Tensor) => linear(x, matrix(modelDim, modelDim, i), vector(modelDim));
  const splitHeads = (x: Tensor) => reshape(x, [1, heads, 1, headDim]);
  const caches = Array.from({ length: 2 * depth }, () => keep(zeros([1, heads, capacity, headDim])));
  return () => {
    const position = int32(length);
    const append = (i: number, x: Tensor) => {
      caches[i] = keep(appendToCache(caches[i]!, x, position));
      return caches[i];
    };
    let x = embed(matrix(vocab, modelDim), int32(3, [1, 1]));
    for (let block = 0; block < depth; block++) {
      const a = norm(x);
      const key = append(2 * block, splitHeads(project(0, a)));
      const value = append(2 * block + 1, splitHeads(project(1, a)));
      const attended = attend({ query: splitHeads(project(2, a)), key, value, position }, { causal: true });
      x = add(x, project(3, reshape(attended, [1, 1, modelDim])));
      const up = linear(norm(x), matrix(4 * modelDim, modelDim), vector(4 * modelDim));
      x = add(x, linear(gelu(up, { approximate: true }), matrix(modelDim, 4 * modelDim), vector(modelDim)));
    }
    return linear(norm(x), matrix(vocab, modelDim));
  };
}

/** One integer as a tensor. */
function int32(value: number, shape: readonly number[] = [1]): Tensor {
  return tensor([value], shape, 'int32');
}
