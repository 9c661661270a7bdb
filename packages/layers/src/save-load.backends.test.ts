import { bytesSource, openSafetensors, writeSafetensors } from '@residual/safetensors';
import { dispose, memoryUsage, type Tensor, tensor } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  flatten,
  formsOf,
  init,
  layer,
  linear,
  load,
  type NamedArrays,
  save,
  table,
  vector,
  type Weights,
} from './index.js';

const angles = table([2], () => Float32Array.of(0.5, 0.25));
const composed = layer(
  { layers: [0, 1, 2].map(() => ({ project: linear({ in: 3, out: 2 }), angles })), norm: vector([7], 1) },
  (_, x: Tensor) => x,
);

let weights: Weights<typeof composed>;
beforeEach(() => {
  weights = init(composed, { seed: 5 });
});
afterEach(() => dispose(weights));

test('what is saved is loaded, number for number, and tables are made anew, once', async () => {
  const bytes = await save(composed, weights);
  const again = await load(composed, bytes);
  const leaves = flatten(composed, again);
  for (const [path, leaf] of flatten(composed, weights))
    await expectClose(leaves.get(path) as Tensor, leaf as Tensor, { absolute: 0 });
  await expectClose(again.layers[2]!.angles, [0.5, 0.25], { absolute: 0 });
  expect(again.layers[2]!.angles).toBe(again.layers[0]!.angles);
  dispose(again);
});

test('a file holds each weight as float32 under its path, and no table', async () => {
  const { tensors } = await openSafetensors(bytesSource(await save(composed, weights)));
  const expected = [0, 1, 2].flatMap(i => [
    [`layers.${i}.project.bias`, { dtype: 'F32', shape: [2], byteLength: 8 }],
    [`layers.${i}.project.weight`, { dtype: 'F32', shape: [2, 3], byteLength: 24 }],
  ]);
  const seen = [...tensors].map(([name, { dtype, shape, byteLength }]) => [name, { dtype, shape, byteLength }]);
  expect(seen).toEqual([...expected, ['norm', { dtype: 'F32', shape: [7], byteLength: 28 }]]);
});

test('an ArrayBuffer and an open file serve as well', async () => {
  const bytes = await save(composed, weights);
  for (const source of [bytes.buffer, await openSafetensors(bytesSource(bytes))]) {
    const again = await load(composed, source);
    await expectClose(again.layers[1]!.project.weight as Tensor, weights.layers[1]!.project.weight as Tensor, {
      absolute: 0,
    });
    dispose(again);
  }
});

test('packed matrices are saved as they are held, and held so again', async () => {
  const forms = ['int8', 'int4', 'f16'] as const;
  const formOf = (path: string) => forms[Number(path.split('.')[1])]!;
  const packed = await load(composed, await save(composed, weights), { formOf });
  const bytes = await save(composed, packed, { weights: 'as held' });
  const names = [...(await openSafetensors(bytesSource(bytes))).tensors].map(([name, { dtype }]) => `${name} ${dtype}`);
  expect(names.filter(name => name.includes('weight'))).toEqual([
    'layers.0.project.weight.scales F16',
    'layers.0.project.weight.quants U8',
    'layers.1.project.weight.scales F16',
    'layers.1.project.weight.quants U8',
    'layers.2.project.weight F16',
  ]);
  const again = await load(composed, bytes, { formOf: () => 'as stored' });
  expect([0, 1, 2].map(i => formsOf(composed, again)(`layers.${i}.project.weight`))).toEqual(forms);
  expect(await save(composed, again, { weights: 'as held' })).toEqual(bytes);
  expect(await save(composed, again)).toEqual(await save(composed, packed));
  dispose([packed, again]);
});

test('half precision is widened', async () => {
  const file = writeSafetensors({ norm: { dtype: 'BF16', shape: [2], data: Uint16Array.of(0x3f80, 0xc040) } });
  const loaded = await load({ needs: { norm: vector([2]) } }, file);
  await expectClose(loaded.norm, [1, -3], { absolute: 0 });
  dispose(loaded);
});

test('another composition rejects the file and lists all faults, equal ones of several blocks once', async () => {
  const other = layer(
    {
      layers: [0, 1, 2].map(() => ({ project: linear({ in: 5, out: 2, bias: false }) })),
      norm: vector([7]),
      head: vector([3]),
    },
    (_, x: Tensor) => x,
  );
  const bytes = await save(composed, weights);
  const before = memoryUsage();
  await expect(load(other, bytes)).rejects.toThrow(
    'load: layers.0.project.weight needs [2, 5], layers.0.project.weight holds [2, 3] (and 2 more like it); ' +
      'head needs [3], head is missing; layers.0.project.bias is not needed (and 2 more like it)',
  );
  expect(memoryUsage()).toEqual(before);
});

test('save refuses the weights of another layer', async () => {
  await expect(
    save(
      layer({ head: vector([3]) }, (_, x: Tensor) => x),
      weights as never,
    ),
  ).rejects.toThrow('flatten: head needs [3], head is missing');
});

test('bytes that are not a safetensors file are rejected', async () => {
  await expect(load(composed, new Uint8Array(3))).rejects.toMatchObject({ '@residual/error': true });
});

/** Arrays by path that count what is read. */
const arrays = (read: (name: string, count: number) => Float32Array): NamedArrays => {
  let count = 0;
  const shapes = new Map([...flatten(composed, weights)].map(([path, { shape }]) => [path, shape]));
  return {
    names: shapes.keys(),
    shapeOf: name => shapes.get(name),
    sourceName: path => `file.${path}`,
    read: async name => read(name, ++count),
  };
};
const zeros = (name: string) => new Float32Array(name === 'norm' ? 7 : name.endsWith('bias') ? 2 : 6);

test('progress counts numbers', async () => {
  const seen: [number, number][] = [];
  dispose(await load(composed, arrays(zeros), { onProgress: (done, total) => seen.push([done, total]) }));
  expect(seen).toEqual([6, 8, 14, 16, 22, 24, 31].map(done => [done, 31]));
});

test('arrays are read in the order in which the source names them, each once', async () => {
  const read: string[] = [];
  const source = arrays(name => {
    read.push(name);
    return zeros(name);
  });
  const names = [...source.names].reverse();
  dispose(await load(composed, { ...source, names }));
  expect(read).toEqual(names);
});

test('messages use the names of the source', async () => {
  const lacking = {
    ...arrays(zeros),
    shapeOf: (name: string) => (name === 'norm' ? undefined : arrays(zeros).shapeOf(name)),
  };
  await expect(load(composed, lacking)).rejects.toThrow('load: norm needs [7], file.norm is missing');
});

test.each(['read', 'length', 'abort', 'progress', 'table'])(
  'what was made is freed when it fails: %s',
  async failure => {
    const stop = new AbortController();
    const failing = layer(
      {
        ...composed.needs,
        last: table([1], () => {
          throw new Error('no numbers');
        }),
      },
      (_, x: Tensor) => x,
    );
    const source = arrays((name, count) => {
      if (count === 5 && failure === 'read') throw new Error('the line is dead');
      if (count === 5 && failure === 'abort') stop.abort(new Error('enough'));
      return count === 5 && failure === 'length' ? new Float32Array(4) : zeros(name);
    });
    const onProgress = (done: number) => {
      if (failure === 'progress' && done > 20) throw new Error('nobody looks');
    };
    const messages: Record<string, RegExp> = {
      read: /the line is dead/,
      length: /4/,
      abort: /enough/,
      progress: /nobody looks/,
      table: /no numbers/,
    };
    const before = memoryUsage();
    const loading = load(failure === 'table' ? failing : composed, source, { signal: stop.signal, onProgress });
    await expect(loading).rejects.toThrow(messages[failure]!);
    expect(memoryUsage()).toEqual(before);
  },
);

test('an aborted signal ends it before anything is opened', async () => {
  const never = arrays(() => expect.unreachable());
  await expect(load(composed, never, { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow('too late');
});

test('loading does not depend on the order of names', async () => {
  const [first, second] = [tensor([1, 2], [2]), tensor([3], [1])];
  const bytes = await save({ needs: { b: vector([1]), a: vector([2]) } }, { b: second, a: first });
  const loaded = await load({ needs: { a: vector([2]), b: vector([1]) } }, bytes);
  await expectClose(loaded.a, [1, 2], { absolute: 0 });
  await expectClose(loaded.b, [3], { absolute: 0 });
  dispose([first, second, loaded]);
});
