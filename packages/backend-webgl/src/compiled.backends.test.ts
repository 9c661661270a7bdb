import {
  add,
  appendToCache,
  argMax,
  attend,
  embed,
  gelu,
  keep,
  layerNorm,
  linear,
  normalValues,
  type PackedForm,
  type PackedMatrix,
  pack,
  requireBackend,
  reshape,
  rotate,
  type Tensor,
  tensor,
  tidy,
  transpose,
  zeros,
} from '@residual/tensor';
import { programCache, sizeOf } from '@residual/tensor/kernels';
import { engine } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { clearPrograms } from './testing/clear-programs.js';

const backend = requireBackend();

/** Keys of the programs that the active backend has compiled. */
const compiledPrograms = () => Object.keys(programCache(engine().registry[backend])).length;

const [modelDim, heads, vocab, capacity, chunk] = [12, 3, 23, 40, 5];
const headDim = modelDim / heads;

const weights = new Map<string, Tensor>();

function weight(name: string, ...shape: number[]): Tensor {
  const parameter = weights.get(name) ?? keep(tensor(normalValues(1, name, sizeOf(shape)), shape));
  weights.set(name, parameter);
  return parameter;
}

const packedWeights = new Map<string, PackedMatrix>();

function packedWeight(name: string, form: PackedForm, shape: readonly [number, number]): PackedMatrix {
  const matrix = packedWeights.get(name) ?? pack(Float32Array.from(normalValues(1, name, sizeOf(shape))), shape, form);
  packedWeights.set(name, matrix);
  for (const bits of [matrix.quants, matrix.scales!]) keep(bits);
  return matrix;
}

interface Caches {
  key: Tensor;
  value: Tensor;
}

/**
 * A decoder of one block, some of its weights packed: ids at `position`, of which `length` are real, to the id that
 * comes next.
 */
function step(caches: Caches, ids: readonly number[], position: number, length: number): Tensor {
  return tidy(() => {
    const rows = ids.length;
    const norm = (x: Tensor, name: string) => layerNorm(x, weight(name, modelDim), weight('bias', modelDim), 1e-5);
    const project = (x: Tensor, name: string) => linear(x, weight(name, modelDim, modelDim), weight('bias', modelDim));
    const split = (x: Tensor) =>
      rows === 1 ? reshape(x, [1, heads, 1, headDim]) : transpose(reshape(x, [1, rows, heads, headDim]), [0, 2, 1, 3]);
    const at = tensor([position], [1], 'int32');
    const positionIds = tensor(
      Int32Array.from(ids, (_, i) => Math.min(position + i, capacity - 1)),
      [1, rows],
      'int32',
    );
    const tables = {
      cos: weight('cos', capacity, headDim / 2),
      sin: weight('sin', capacity, headDim / 2),
      ids: positionIds,
    };
    const words = packedWeight('words', 'int8', [vocab, modelDim]);
    let x = embed(words, tensor(Int32Array.from(ids), [1, rows], 'int32'));
    const a = norm(x, 'first');
    caches.key = keep(appendToCache(caches.key, rotate(split(project(a, 'key')), tables), at));
    caches.value = keep(appendToCache(caches.value, split(project(a, 'value')), at));
    const keyEnd = tensor([position + length], [1], 'int32');
    const query = rotate(split(project(a, 'query')), tables);
    const context = attend({ query, ...caches, position: at, keyEnd }, { causal: true });
    const joined = reshape(rows === 1 ? context : transpose(context, [0, 2, 1, 3]), [1, rows, modelDim]);
    x = add(x, project(joined, 'output'));
    const up = gelu(linear(norm(x, 'second'), weight('up', 4 * modelDim, modelDim)), {
      approximate: true,
    });
    x = add(x, linear(up, packedWeight('down', 'int8', [modelDim, 4 * modelDim])));
    const last = embed(reshape(x, [rows, modelDim]), tensor([length - 1], [1], 'int32'));
    return argMax(linear(last, words));
  });
}

/** Reads the prompt in chunks of one length and continues it. */
async function generate(prompt: readonly number[], more: number): Promise<number[]> {
  const empty = () => zeros([1, heads, capacity, headDim]);
  const caches: Caches = { key: empty(), value: empty() };
  const tokens: number[] = [];
  const addToken = async (token: Tensor) => {
    tokens.push((await token.data())[0]!);
    token.dispose();
  };
  for (let at = 0; at < prompt.length; at += chunk) {
    const part = prompt.slice(at, at + chunk);
    const padded = [...part, ...new Array<number>(chunk - part.length).fill(0)];
    const token = step(caches, padded, at, part.length);
    if (at + chunk >= prompt.length) await addToken(token);
    else token.dispose();
  }
  for (let i = 1; i < more; i++) await addToken(step(caches, [tokens.at(-1)!], prompt.length + i - 1, 1));
  caches.key.dispose();
  caches.value.dispose();
  return tokens;
}

describe.skipIf(backend !== 'webgl' && backend !== 'webgpu')(`programs on ${backend}`, () => {
  test('ten prompts of different lengths compile no program beyond those of the first', async () => {
    const prompt = (length: number) => Array.from({ length }, (_, i) => (i * 7 + length) % vocab);
    clearPrograms();
    const first = await generate(prompt(7), 6);
    const before = compiledPrograms();
    expect(before).toBeGreaterThan(10);
    for (let length = 1; length <= 10; length++) {
      const tokens = await generate(prompt(length), 6);
      if (length === 7) expect(tokens).toEqual(first);
    }
    expect(compiledPrograms()).toBe(before);
    for (const parameter of [...weights.values(), ...packedWeights.values()]) parameter.dispose();
  });
});
