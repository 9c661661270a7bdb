import { readFile } from 'node:fs/promises';
import { oneOf, type Random, randomFrom } from '@residual/testkit/mutate';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openSafetensors, type Safetensors } from './open.js';
import { openSharded } from './sharded.js';
import { bytesSource, type Source } from './source.js';
import { writeSafetensors } from './write.js';

const numbers = [
  '0',
  '1',
  '2',
  '7',
  '-1',
  '-0',
  '01',
  '1.0',
  '1e3',
  '64',
  '255',
  '4294967296',
  '2147483648',
  '9007199254740991',
  '9007199254740993',
  '18446744073709551616',
  '1e308',
  'null',
  '"1"',
  '[1]',
  '',
];
const texts = [
  'F32',
  'F16',
  'I64',
  'BOOL',
  'F31',
  'dtype',
  'shape',
  'data_offsets',
  '__metadata__',
  '__proto__',
  'constructor',
  'a',
  '',
  '\\u0061',
  '\\ud83d',
  '\\',
  '\u0000',
  'é',
  '😀',
];
const marks = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  ' ',
  '\n',
  '\\',
  '{}',
  '[]',
  '""',
  '[[[[',
  '{"a":{"a":',
  ',,',
  'null',
];

/** A JSON text with one to three parts replaced, removed, moved, repeated or inserted. */
function mutateText(random: Random, text: string): string {
  let mutated = text;
  for (let i = random(3); i >= 0; i--) {
    const token = oneOf(random, [
      ...mutated.matchAll(oneOf(random, [/\d+/g, /"[^"]*"/g, /"[^"]*":\{[^{}]*\}/g, /[{}[\]":,]/g])),
    ]);
    if (!token) continue;
    const other = mutated.slice(random(mutated.length)).slice(0, random(40));
    const by = {
      number: () => (/^\d/.test(token[0]) ? oneOf(random, numbers) : `"${oneOf(random, texts)}"`),
      mark: () => oneOf(random, marks).repeat(oneOf(random, [1, 1, 1, 2, 300])),
      nothing: () => '',
      twice: () => `${token[0]},${token[0]}`,
      other: () => other,
    };
    const piece = by[oneOf(random, ['number', 'number', 'number', 'mark', 'nothing', 'twice', 'other'] as const)]();
    mutated = mutated.slice(0, token.index) + piece + mutated.slice(token.index + token[0].length);
  }
  return mutated;
}

const lengths = [
  0n,
  1n,
  2n,
  7n,
  8n,
  2n ** 31n,
  2n ** 32n,
  100_000_000n,
  100_000_001n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** A file with its bytes flipped, cut, lengthened, moved, its length changed, or its header's text mutated. */
function mutateFile(random: Random, file: Uint8Array): Uint8Array {
  const headerBytes = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const place = () => (random(4) ? random(8 + headerBytes) : random(file.length));
  const kinds = {
    header: () => {
      const text = new TextDecoder().decode(file.subarray(8, 8 + headerBytes));
      const header = new TextEncoder().encode(mutateText(random, text));
      const mutated = Buffer.concat([new Uint8Array(8), header, file.subarray(8 + headerBytes)]);
      mutated.writeBigUInt64LE(BigInt(header.length));
      return mutated;
    },
    flip: () => {
      const mutated = file.slice();
      for (let i = random(4); i >= 0; i--) mutated[place()]! ^= 1 << random(8);
      return mutated;
    },
    replace: () => file.slice().fill(random(256), place(), place()),
    length: () => {
      const mutated = Buffer.from(file);
      mutated.writeBigUInt64LE(oneOf(random, [...lengths, ...[-8, -1, 1, 8].map(step => BigInt(headerBytes + step))]));
      return mutated;
    },
    cut: () => file.subarray(0, place()),
    lengthen: () => Buffer.concat([file, new Uint8Array(1 + random(100))]),
    remove: () => {
      const at = place();
      return Buffer.concat([file.subarray(0, at), file.subarray(at + 1 + random(16))]);
    },
    insert: () => {
      const [at, from] = [place(), place()];
      return Buffer.concat([file.subarray(0, at), file.subarray(from, from + 1 + random(64)), file.subarray(at)]);
    },
  };
  return kinds[
    oneOf(random, [
      'header',
      'header',
      'header',
      'flip',
      'replace',
      'length',
      'cut',
      'lengthen',
      'remove',
      'insert',
    ] as const)
  ]();
}

/** The largest array made since this was last set to 0, in bytes. */
let largest = 0;

/** The same constructor, noting how large the arrays are that it makes. */
const noting = <T extends Uint8ArrayConstructor | Float32ArrayConstructor>(arrayType: T): T =>
  new Proxy(arrayType, {
    construct(target, values) {
      const array = Reflect.construct(target, values);
      if (!(values[0] instanceof ArrayBuffer)) largest = Math.max(largest, array.byteLength); // others are views
      return array;
    },
  });

beforeAll(() => {
  vi.stubGlobal('Uint8Array', noting(Uint8Array));
  vi.stubGlobal('Float32Array', noting(Float32Array));
});
afterAll(() => {
  vi.unstubAllGlobals();
});

/**
 * The message of an error without its names and numbers; throws unless it was meant: ours, and no crash in its clothes.
 */
function expectRefusal(error: Error & { code?: string; cause?: unknown }, code: string): string {
  const { name = 'Error', code: kind } = (error.cause ?? {}) as Error & { code?: string };
  const meant = ['Error', 'SyntaxError'].includes(name) || kind === 'ERR_ENCODING_INVALID_ENCODED_DATA';
  if (error.code !== code || !meant) throw error;
  if (kind) return 'openSafetensors: (not UTF-8)'; // in the words of the engine
  return error.message
    .replace(/"(\\.|[^"\\])*"|\[.*\]|-?\d+/g, '_')
    .replace(/of \w+ _ has/, 'of _ _ has')
    .replace(/known are .*/, 'known are _');
}

/** Throws unless a file gives what a plain reader finds in its bytes. */
async function expectContents(file: Safetensors, bytes: Uint8Array): Promise<void> {
  const dataStart = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const { __metadata__ = {}, ...header } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, dataStart)));
  const found = JSON.stringify([file.metadata, Object.entries(header).length]);
  if (found !== JSON.stringify([__metadata__, file.tensors.size]))
    throw new Error(`the header tells something else than ${found}`);
  for (const name of file.tensors.keys()) {
    const { dtype, shape, data } = await file.read(name);
    const wanted = header[name];
    const [begin, end] = wanted.data_offsets;
    const held = bytes.subarray(dataStart + begin, dataStart + end);
    const same = dtype === wanted.dtype && JSON.stringify(shape) === JSON.stringify(wanted.shape);
    if (!same || Buffer.compare(new Uint8Array(data.buffer), held) !== 0) throw new Error(`${name} is not what it was`);
    if (['F32', 'F16', 'BF16', 'F64'].includes(dtype)) await file.readFloat32(name);
  }
}

/** A source that adds up the bytes it was asked for. */
function counted(bytes: Uint8Array): Source & { asked: number } {
  const whole = bytesSource(bytes);
  return {
    asked: 0,
    size: whole.size,
    read(start, end) {
      if (!(start >= 0 && start <= end && end <= whole.size))
        throw new Error(`bytes ${start} to ${end} of ${whole.size} were asked for`);
      this.asked += end - start;
      return whole.read(start, end);
    },
  };
}

const small = writeSafetensors(
  {
    'model.embed': { dtype: 'F16', shape: [3, 2], data: Uint16Array.of(1, 2, 3, 4, 5, 6) },
    'model.norm': { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) },
    ids: { dtype: 'I64', shape: [], data: BigInt64Array.of(7n) },
    mask: { dtype: 'BOOL', shape: [1, 3], data: Uint8Array.of(1, 0, 1) },
    empty: { dtype: 'BF16', shape: [0, 5], data: new Uint16Array(0) },
  },
  { format: 'pt', é: '😀' },
);
const golden = new URL('../../../fixtures/checkpoints/llama-bfloat16/golden.safetensors', import.meta.url);

test('100,000 mutated files are read correctly or are errors with a code, within the size of the file', async () => {
  const files = [small, small, small, new Uint8Array(await readFile(golden))];
  const messages = new Set<string>();
  let opened = 0;
  for (let seed = 0; seed < 100_000; seed++) {
    const random = randomFrom(seed);
    const bytes = mutateFile(random, oneOf(random, files));
    const source = counted(bytes);
    largest = 0;
    try {
      const file = await openSafetensors(source).catch(error => {
        messages.add(expectRefusal(error, 'format'));
      });
      if (source.asked > bytes.length) throw new Error(`${source.asked} bytes were asked for to open ${bytes.length}`);
      if (file) {
        opened++;
        await expectContents(file, bytes);
      }
      if (largest > 2 * bytes.length)
        throw new Error(`an array of ${largest} bytes was made for a file of ${bytes.length}`);
    } catch (cause) {
      throw new Error(`seed ${seed}: ${(cause as Error).message}`, { cause });
    }
  }
  // Both ways were taken, and every check of the reader refused something.
  expect(opened).toBeGreaterThan(5000);
  expect([...messages].map(message => message.replace('openSafetensors: ', '')).sort()).toEqual([
    '(not UTF-8)',
    'tensor _ begins at _; _ would fit',
    'tensor _ has a field _',
    'tensor _ has dtype _; known are _',
    'tensor _ has no shape or data_offsets',
    'tensor _ has shape _; up to _ axes and _^_ - _ bytes would fit',
    'tensor _ of _ _ has _ bytes; _ would fit',
    'the file has _ bytes; _ would fit',
    'the header has _ at _; _ would fit',
    'the header has _ bytes; _ would fit',
    'the header has _ twice',
    'the header has _, which does not fit',
  ]);
});

test('5,000 mutated indices are read correctly or are errors with a code', async () => {
  const shards = new Map([
    ['model-1.safetensors', small],
    ['model-2.safetensors', writeSafetensors({ head: { dtype: 'U8', shape: [1], data: Uint8Array.of(1) } })],
  ]);
  const names = ['model.embed', 'model.norm', 'ids', 'mask', 'empty'];
  const index = JSON.stringify({
    metadata: { total_size: 32 },
    weight_map: {
      ...Object.fromEntries(names.map(name => [name, 'model-1.safetensors'])),
      head: 'model-2.safetensors',
    },
  });
  let opened = 0;
  for (let seed = 0; seed < 5000; seed++) {
    const mutated = mutateText(randomFrom(seed), index);
    const file = await openSharded(mutated, fileName => {
      const bytes = shards.get(fileName);
      if (!bytes) throw new Error('there is no such file');
      return bytesSource(bytes);
    }).catch(error => {
      expectRefusal(error, 'index');
    });
    if (!file) continue;
    opened++;
    expect([...file.tensors.keys()].sort()).toEqual([...names, 'head'].sort());
  }
  expect(opened).toBeGreaterThan(100);
});
