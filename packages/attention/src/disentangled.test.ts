import { emptyScope, flatten, init, layer, linear, unflatten } from '@residual/layers';
import { dispose, memoryUsage, mul, type Tensor, tensor, tidy } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { disentangledAttention } from './disentangled-attention.js';
import { disentangledPositions, distanceRow, relativeVectors } from './disentangled-positions.js';
import { keyRange, padding } from './mask.js';

const [batch, length, modelDim, heads] = [2, 5, 6, 3];
const headDim = modelDim / heads;

test('rows of distances: each its own up to half of the buckets, then logarithmic ones, at most the last', () => {
  const rows = (buckets: number | undefined, maxDistance: number, distances: readonly number[]) =>
    distances.map(distance => distanceRow(distance, { buckets, maxDistance }));
  expect(rows(undefined, 3, [-4, -3, -2, 0, 2, 3, 9])).toEqual([0, 0, 1, 3, 5, 5, 5]);
  // 4 buckets a side for distances up to 64, as the reference computes them.
  expect(rows(4, 64, [-64, -13, -12, -3, -2, -1, 0, 1, 2, 3, 12, 13, 63])).toEqual([
    0, 1, 1, 1, 2, 3, 4, 5, 6, 7, 7, 7, 7,
  ]);
});

test.each([
  ['shared projections, both terms', {}],
  ['own projections', { positionKey: linear({ in: modelDim, out: modelDim, bias: false }) }],
  ['one term', { terms: ['position-content'] }],
] as const)('%s: equals loops over pairs', async (_, options) => {
  const terms = 'terms' in options ? options.terms : (['content-position', 'position-content'] as const);
  const attend = disentangledAttention({ modelDim, heads, ...options, terms });
  const positions = disentangledPositions({ dim: modelDim, maxDistance: 3 });
  const both = layer({ attend, positions }, (w, x: Tensor, scope) => {
    return attend(w.attend, x, scope.with(relativeVectors, positions(w.positions, x, scope)));
  });
  const before = memoryUsage();
  const weights = scaled(both, 40);
  const x = tensor(
    Float32Array.from({ length: batch * length * modelDim }, (_, i) => Math.sin(3 * i)),
    [batch, length, modelDim],
  );
  const lengths = [5, 3];
  const y = tidy(() => both(weights, x, emptyScope.with(keyRange, padding({ lengths }))));
  const numbers = (await numbersOf(weights)) as never;
  const expected = await expectedOf(numbers, [...(await x.data())], terms, lengths);
  const actual = [...(await y.data())];
  for (const [row, count] of lengths.entries()) {
    const [from, to] = [row * length * modelDim, (row * length + count) * modelDim];
    await expectClose(actual.slice(from, to), expected.slice(from, to), { absolute: 1e-5 });
  }
  dispose([weights, x, y]);
  expect(memoryUsage()).toEqual(before);
});

/** Random weights, large enough for every term to matter. */
function scaled<N>(part: { readonly needs: N }, factor: number) {
  const leaves = flatten(part, init(part, { seed: 7 })) as unknown as ReadonlyMap<string, Tensor>;
  const larger = new Map([...leaves].map(([path, leaf]) => [path, mul(leaf, factor)] as const));
  dispose([...leaves.values()]);
  return unflatten(part, larger);
}

interface Linear {
  readonly weight: readonly number[];
  readonly bias?: readonly number[];
}
interface Numbers {
  readonly attend: Readonly<Record<'query' | 'key' | 'value' | 'output' | 'positionKey' | 'positionQuery', Linear>>;
  readonly positions: { readonly weight: readonly number[] };
}

/** The tree of weights as numbers. */
async function numbersOf(tree: unknown): Promise<unknown> {
  if (tree && typeof (tree as Tensor).data === 'function') return [...(await (tree as Tensor).data())];
  if (typeof tree !== 'object' || tree === null) return undefined;
  const entries = Object.entries(tree).map(async ([name, part]) => [name, await numbersOf(part)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** The rows [n][modelDim] through a linear layer. */
function project({ weight, bias }: Linear, rows: readonly (readonly number[])[]): number[][] {
  return rows.map(row =>
    Array.from({ length: modelDim }, (_, o) =>
      row.reduce((sum, value, i) => sum + value * weight[o * modelDim + i]!, bias?.[o] ?? 0),
    ),
  );
}

async function expectedOf(
  { attend, positions }: Numbers,
  x: readonly number[],
  terms: readonly string[],
  lengths: readonly number[],
): Promise<number[]> {
  const rowsOf = (values: readonly number[]) =>
    Array.from({ length: values.length / modelDim }, (_, i) => values.slice(i * modelDim, (i + 1) * modelDim));
  const table = rowsOf(positions.weight);
  const positionKey = project(attend.positionKey ?? attend.key, table);
  const positionQuery = project(attend.positionQuery ?? attend.query, table);
  return lengths.flatMap((count, b) => {
    const rows = rowsOf(x.slice(b * length * modelDim, (b + 1) * length * modelDim));
    const [query, key, value] = [attend.query, attend.key, attend.value].map(part => project(part, rows));
    const mixed = rows.map((_, i) => {
      const out = Array<number>(modelDim).fill(0);
      for (let h = 0; h < heads; h++) {
        const dot = (a: readonly number[], c: readonly number[]) =>
          Array.from({ length: headDim }, (_, k) => a[h * headDim + k]! * c[h * headDim + k]!).reduce(
            (s, v) => s + v,
            0,
          );
        const scores = Array.from({ length: count }, (_, j) => {
          const row = Math.min(Math.max(i - j + 3, 0), 5);
          const toPosition = terms.includes('content-position') ? dot(query![i]!, positionKey[row]!) : 0;
          const fromPosition = terms.includes('position-content') ? dot(key![j]!, positionQuery[row]!) : 0;
          return (dot(query![i]!, key![j]!) + toPosition + fromPosition) / Math.sqrt(headDim * (1 + terms.length));
        });
        const exponentials = scores.map(Math.exp);
        const total = exponentials.reduce((s, v) => s + v, 0);
        for (const [j, weight] of exponentials.entries())
          for (let k = 0; k < headDim; k++) out[h * headDim + k]! += (weight / total) * value![j]![h * headDim + k]!;
      }
      return out;
    });
    return project(attend.output, mixed).flat();
  });
}

test('settings that do not fit throw', () => {
  const options = { modelDim, heads, terms: ['content-position'] } as const;
  expect(() => disentangledAttention({ ...options, terms: ['c2p'] as never })).toThrow(
    'disentangledAttention: terms is ["c2p"]; it must be a list of content-position, position-content, each once',
  );
  expect(() => disentangledAttention({ ...options, positionKey: linear({ in: 6, out: 4 }) })).toThrow(
    'disentangledAttention: query is 6 wide, positionKey 4; they must be equal',
  );
  expect(() => disentangledPositions({ dim: 6, maxDistance: 9, buckets: 5 })).toThrow(
    'disentangledPositions: buckets is 5; it must be an even number above 2',
  );
  const attend = disentangledAttention(options);
  const [weights, x] = [init(attend, { seed: 1 }), tensor(new Float32Array(30), [1, 5, 6])];
  expect(() => attend(weights, x)).toThrow(
    "disentangledAttention: at '' there are no relativeVectors; use disentangledStack",
  );
  dispose([weights, x]);
});
