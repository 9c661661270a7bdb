import '../index.js';
import {
  add,
  appendToCache,
  attend,
  type CapturedGraph,
  capture,
  clone,
  dispose,
  embed,
  linear,
  memoryUsage,
  reshape,
  rmsNorm,
  rotate,
  silu,
  type Tensor,
  tensor,
  tidy,
  topK,
  zeros,
} from '@residual/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Heap, heapOf } from '../heap.js';
import { numbers, start } from '../testing/index.js';

const [modelDim, heads, headDim, capacity, vocab] = [40, 5, 8, 7, 11];
let heap: Heap;
let before: ReturnType<typeof memoryUsage>;
/** The blocks that plans have allocated and not freed. */
let allocated: Set<number>;
/** How often `runCalls` has run. */
let runs: number;

beforeEach(async () => {
  await start();
  heap = heapOf(tf.backend());
  before = memoryUsage();
  allocated = new Set();
  runs = 0;
  const real = { allocate: heap.allocate.bind(heap), free: heap.free.bind(heap), run: heap.call.runCalls! };
  vi.spyOn(heap, 'allocate').mockImplementation(bytes => {
    const pointer = real.allocate(bytes);
    allocated.add(pointer);
    return pointer;
  });
  vi.spyOn(heap, 'free').mockImplementation(pointer => {
    allocated.delete(pointer);
    real.free(pointer);
  });
  vi.spyOn(heap.call, 'runCalls').mockImplementation((...range) => {
    runs++;
    return real.run(...range);
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  expect(allocated).toEqual(new Set());
  expect(memoryUsage()).toEqual(before);
});

/** A step of a decoder, all of whose kernels are ours, and its inputs at a position. */
function decoder() {
  const random = numbers(7);
  const weight = (shape: number[]) => random.tensor(shape) as Tensor;
  const weights = {
    table: weight([vocab, modelDim]),
    norm: weight([modelDim]),
    query: weight([heads * headDim, modelDim]),
    output: weight([modelDim, heads * headDim]),
    cos: weight([capacity, headDim / 2]),
    sin: weight([capacity, headDim / 2]),
  };
  const step = (ids: Tensor, cache: Tensor, position: Tensor): Tensor[] =>
    tidy(() => {
      const x = embed(weights.table, ids);
      const y = linear(rmsNorm(x, weights.norm, 1e-5), weights.query);
      const angles = { cos: weights.cos, sin: weights.sin, ids: reshape(position, [1, 1]) };
      const query = rotate(reshape(y, [1, heads, 1, headDim]), angles);
      const keys = appendToCache(cache, query, position);
      const context = attend({ query, key: keys, value: keys, position }, { causal: true });
      return [add(x, linear(reshape(context, [1, 1, heads * headDim]), weights.output)), keys];
    });
  const inputsAt = (position: number, id = position): [Tensor, Tensor, Tensor] => [
    tensor([id], [1, 1], 'int32'),
    zeros([1, heads, capacity, headDim]),
    tensor([position], [1], 'int32'),
  ];
  return { weights, step, inputsAt };
}

function captured({ step, inputsAt }: ReturnType<typeof decoder>): CapturedGraph {
  const inputs = inputsAt(1);
  const { outputs, graph } = capture(step as (...inputs: Tensor[]) => Tensor[], inputs);
  dispose([inputs, outputs]);
  return graph;
}

const valuesOf = (tensors: readonly Tensor[]) => tensors.map(x => [...tf.backend().readSync(x.dataId)]);

/** Replays a step at a position; its results must be those of the step, bit for bit. */
function expectReplay(graph: CapturedGraph, { step, inputsAt }: ReturnType<typeof decoder>, position: number): void {
  const [eagerInputs, inputs] = [inputsAt(position), inputsAt(position)];
  const [expected, actual] = [step(...eagerInputs), graph.replay(inputs)];
  expect(valuesOf(actual)).toEqual(valuesOf(expected));
  expect([inputs[1].isDisposed, inputs[0].isDisposed]).toEqual([true, false]);
  dispose([eagerInputs, inputs, expected, actual]);
}

test('a step is one call of WebAssembly, for any inputs', () => {
  const all = decoder();
  const graph = captured(all);
  for (const [i, position] of [0, 3, 6].entries()) {
    expectReplay(graph, all, position);
    expect(runs).toBe(i + 1);
  }
  dispose([all.weights, graph]);
});

test('a cache that another handle shares keeps its numbers: the step runs call by call', () => {
  const all = decoder();
  const graph = captured(all);
  const [ids, cache, position] = all.inputsAt(2);
  const other = clone(cache);
  const outputs = graph.replay([ids, cache, position]);
  expect([runs, new Set(valuesOf([other])[0])]).toEqual([0, new Set([0])]);
  expect(valuesOf(outputs)[1]).toContainEqual(expect.not.closeTo(0));
  expectReplay(graph, all, 2);
  expect(runs).toBe(1);
  dispose([all.weights, graph, ids, position, other, outputs]);
});

test('an id outside the table is the error of its kernel, and the next replay works', () => {
  const all = decoder();
  const graph = captured(all);
  const [ids, cache, position] = all.inputsAt(2, vocab);
  expect(() => graph.replay([ids, cache, position])).toThrow(
    `embed: id ${vocab} is outside the vocabulary of ${vocab}`,
  );
  expectReplay(graph, all, 4);
  dispose([all.weights, graph, ids, cache, position]);
});

test('plans share the memory of intermediate results, also when a larger one moves it', () => {
  const all = decoder();
  const graph = captured(all);
  expectReplay(graph, all, 3);
  const wide = zeros([50_000]);
  const larger = capture(x => [silu(silu(silu(x!)))], [wide]);
  dispose(larger.graph.replay([wide]));
  expect(runs).toBe(2);
  expectReplay(graph, all, 5);
  expect(allocated.size).toBe(3); // two plans, and what they share
  dispose([all.weights, graph, larger, wide]);
});

test('a step with a kernel that reads values runs call by call', () => {
  const x = tensor([3, 1, 2], [1, 3]);
  const { outputs, graph } = capture(x => [topK(silu(x!), 2).indices], [x]);
  const again = graph.replay([x]);
  expect([runs, valuesOf(again)]).toEqual([0, [[0, 2]]]);
  dispose([x, outputs, graph, again]);
});

test('a kernel of another module is called between two runs of words', () => {
  const all = decoder();
  const graph = captured(all);
  const linearOneRow = vi.spyOn(heap.call, 'linearOneRow');
  vi.spyOn(heap.replaced, 'has').mockImplementation(name => name === 'linearOneRow');
  expectReplay(graph, all, 3);
  expect(runs).toBe(3);
  expect(linearOneRow).toHaveBeenCalledTimes(2 + 2); // eager and replayed
  dispose([all.weights, graph]);
});
