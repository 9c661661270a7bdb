import { type HasNeeds, record, type Scope, unflatten, type Weights, weightNeeds } from '@residual/layers';
import { dispose, normalValues, type Tensor, tensor } from '@residual/tensor';
import { attendRows, expectClose, headRows, linearRows, nestedOf, type Row, type Rows } from '@residual/testkit';
import { expect } from 'vitest';

/** Pseudorandom numbers of a shape, the same on every machine. */
export const numbers = (name: string, shape: readonly number[]): Tensor =>
  tensor(
    normalValues(
      1,
      name,
      shape.reduce((product, n) => product * n, 1),
    ),
    shape,
  );

/** Random weights, biases too, so that every leaf matters. */
export const randomWeights = <N>(layer: HasNeeds<N>): Weights<N> =>
  unflatten(
    layer,
    new Map(
      weightNeeds(layer).map(({ path, need }) => {
        const size = need.shape.reduce((product, n) => product * n, 1);
        return [
          path,
          tensor(
            normalValues(2, path, size).map(value => 0.4 * value),
            need.shape,
          ),
        ];
      }),
    ),
  );

type Projection = { weight: { shape: number[] }; bias: Tensor | undefined };

/** The four projections as nested arrays. */
export type ProjectionArrays = Record<'query' | 'key' | 'value' | 'output', { weight: Rows; bias: Row | undefined }>;

/** Reads four projections. */
export const readProjections = async (
  weights: Readonly<Record<keyof ProjectionArrays, Projection>>,
): Promise<ProjectionArrays> => {
  const read = async ({ weight, bias }: Projection) => ({
    weight: await nestedOf(weight as Tensor),
    bias: bias && (await nestedOf(bias)),
  });
  const { query, key, value, output } = weights;
  return { query: await read(query), key: await read(key), value: await read(value), output: await read(output) };
};

/** Settings of the loops; `applyRotary` is what positions do to a row of a query or key head. */
export interface ReferenceOptions {
  heads: number;
  kvHeads?: number;
  isVisible?: (queryIndex: number, keyIndex: number) => boolean;
  score?: { scale?: number; softCap?: number };
  bias?: (head: number, queryIndex: number, keyIndex: number) => number;
  applyRotary?: (row: Row, position: number) => Row;
}

/**
 * Attention of one sequence to a memory (itself, for self-attention) in float64: the output, and all intermediate
 * results by head.
 */
export const attendInFloat64 = (x: Rows, memory: Rows, plain: ProjectionArrays, options: ReferenceOptions) => {
  const { heads, kvHeads = heads, isVisible, score, bias = () => 0, applyRotary = row => row } = options;
  const headDim = plain.query.weight.length / heads;
  const project = (rows: Rows, { weight, bias: shift }: ProjectionArrays['query']) => linearRows(rows, weight, shift);
  const split = (rows: Rows, count: number) => Array.from({ length: count }, (_, h) => headRows(rows, h, headDim));
  const query = split(project(x, plain.query), heads).map(rows => rows.map(applyRotary));
  const key = split(project(memory, plain.key), kvHeads).map(rows => rows.map(applyRotary));
  const value = split(project(memory, plain.value), kvHeads);
  const attended = query.map((rows, h) => {
    const shared = Math.floor((h * kvHeads) / heads);
    const own = { query: rows, key: key[shared]!, value: value[shared]! };
    return attendRows(own, isVisible, { ...score, bias: (i, j) => bias(h, i, j) });
  });
  const joined = x.map((_, i) => attended.flatMap(({ output }) => output[i]!));
  return {
    query,
    key,
    value,
    scores: attended.map(({ scores }) => scores),
    weights: attended.map(({ weights }) => weights),
    output: project(joined, plain.output),
  };
};

/** The results of the loops for each sequence of a batch. */
export type Expected = ReturnType<typeof attendInFloat64>[];

/**
 * Expects the output of an attention, with and without taps, and the tensors at the taps `names` to equal the loops.
 */
export const expectAttention = async <Input>(
  run: (input: Input, scope?: Scope) => Tensor,
  input: Input,
  expected: Expected,
  names: readonly ('query' | 'key' | 'value' | 'scores' | 'weights')[],
): Promise<void> => {
  const recorder = record(names);
  const outputs = [run(input, recorder.scope), run(input)];
  const output = expected.map(row => row.output);
  for (const y of outputs) await expectClose(y, output, { absolute: 1e-5 });
  expect([...recorder.values.keys()]).toEqual(names);
  for (const name of names) {
    const tapped = expected.map(row => row[name]);
    await expectClose(recorder.values.get(name)!, tapped, { absolute: 1e-5 });
  }
  recorder.dispose();
  dispose(outputs);
};
