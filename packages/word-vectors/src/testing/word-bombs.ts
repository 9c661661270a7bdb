/** Hostile files of word vectors, by format; the module that a process with a small heap reads. */
import { writeSafetensors } from '@residual/safetensors';
import { type Bomb, type BombTarget, bombsOf } from '@residual/testkit/bombs';
import { wordVectors } from '../index.js';
import { world, worldFile } from './tables.js';

const { words, data, dims } = world;
const numbers = ['2147483648', '4294967295', '9007199254740992', '1e999', `1${'0'.repeat(400)}`, '-1', '0.5', '0'];
const encode = (text: string) => new TextEncoder().encode(text);
const joined = (...parts: Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));
const many = 100_000;

const table = worldFile('F32');
const two = ['king', 'queen'];
const tableOfTwo = writeSafetensors({ a: { dtype: 'F32', shape: [2, 1], data: Float32Array.of(1, 2) } });
const byWord = { king: 0, queen: 1 };

/** Vocabularies beside a table that is right. */
export const vocabulary: BombTarget = {
  inputs: function* () {
    yield* bombsOf(byWord, { numbers: [...numbers, '"0"', '7.000000001'] });
    yield* bombsOf(two);
    const texts: Record<string, () => string> = {
      'words by row': () => JSON.stringify(Object.fromEntries(two.map((word, row) => [row, word]))),
      'a hole': () => JSON.stringify({ ...byWord, queen: 2 }),
      'rows that stand twice': () => JSON.stringify({ ...byWord, queen: 0 }),
      'a row for __proto__': () => JSON.stringify(byWord).replace('queen', '__proto__'),
      'long lines': () => two.map(word => word.repeat(many)).join('\n'),
      'many lines': () => 'a\n'.repeat(many),
      'an open list': () => '['.repeat(many),
    };
    for (const [name, make] of Object.entries(texts)) yield { name, make };
  },
  read: vocab => wordVectors({ safetensors: tableOfTwo, vocab }),
  seeds: () => [JSON.stringify(byWord), JSON.stringify(two), two.join('\n')],
};

const safetensorsWith = (header: string) => {
  const bytes = encode(header);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length), true);
  return joined(length, bytes, new Uint8Array(data.slice().buffer));
};
const header = {
  'embedding.weight': { dtype: 'F32', shape: [words.length, dims], data_offsets: [0, data.byteLength] },
};

/** Tables in safetensors beside a vocabulary that is right. */
export const safetensors: BombTarget<Uint8Array> = {
  inputs: function* () {
    for (const { name, make } of bombsOf(header)) yield { name, make: () => safetensorsWith(make()) };
    for (const size of [0n, 2n ** 31n, 2n ** 53n, 2n ** 64n - 1n])
      yield {
        name: `a header of ${size} bytes`,
        make: () => {
          const bytes = Uint8Array.from(table);
          new DataView(bytes.buffer).setBigUint64(0, size, true);
          return bytes;
        },
      };
    for (const dtype of ['F32', 'I8', 'F16'])
      for (const shape of [
        [1, 600_000],
        [600_000, 1],
        [0, 0],
        [1, 0],
      ]) {
        const size = shape[0]! * shape[1]! * { F32: 4, I8: 1, F16: 2 }[dtype]!;
        const text = JSON.stringify({ a: { dtype, shape, data_offsets: [0, size] } });
        yield {
          name: `${dtype} [${shape}]`,
          make: () => joined(safetensorsWith(text).slice(0, 8 + text.length), new Uint8Array(size)),
        };
      }
    yield {
      name: 'many tensors',
      make: () =>
        safetensorsWith(
          JSON.stringify(
            Object.fromEntries(
              Array.from({ length: many }, (_, i) => [
                `\u009b${i}`,
                { dtype: 'I8', shape: [0, 0], data_offsets: [0, 0] },
              ]),
            ),
          ),
        ),
    };
  },
  read: bytes => wordVectors({ safetensors: bytes, vocab: words }),
  seeds: () => [table, tableOfTwo],
};

const rows = words.map((word, row) =>
  [word.replace(' ', '_'), ...data.subarray(row * dims, (row + 1) * dims)].join(' '),
);
const body = `${rows.join('\n')}\n`;

/** Texts of word2vec and GloVe. */
export const text: BombTarget<readonly ['word2vec' | 'glove', string]> = {
  inputs: function* () {
    const texts = function* (): Generator<Bomb> {
      for (const number of numbers) {
        yield { name: `${number} words`, make: () => `${number} ${dims}\n${body}` };
        yield { name: `${number} numbers a word`, make: () => `${words.length} ${number}\n${body}` };
        yield { name: `both ${number}`, make: () => `${number} ${number}\n${body}` };
        yield { name: `the number ${number}`, make: () => body.replace(' 4', ` ${number}`) };
      }
      for (const length of [60_000, 600_000, 2_000_000]) {
        yield { name: `a line of ${length} numbers`, make: () => `a${' 1'.repeat(length)}\n` };
        yield {
          name: `two lines of ${length} numbers`,
          make: () => `a${' 1'.repeat(length)}\nb${' 1'.repeat(length)}`,
        };
        yield { name: `one line of ${length} numbers behind others`, make: () => `${body}a${' 1'.repeat(length)}\n` };
        yield { name: `${length} numbers announced`, make: () => `1 ${length}\na${' 1'.repeat(length)}\n` };
      }
      yield { name: 'a word of 6 MB', make: () => `${'w'.repeat(6e6)} 1 2 3\n` };
      yield { name: 'a word of 3 MB twice', make: () => `${'w'.repeat(3e6)} 1 2 3\n`.repeat(2) };
      yield { name: 'a word of 3 MB with NaN', make: () => `${'w'.repeat(3e6)} 1 nan 3\n` };
      yield { name: 'a number of 3 MB', make: () => `a 1 ${'9'.repeat(3e6)}.5\n` };
      yield { name: 'spaces of 3 MB', make: () => `a 1${' '.repeat(3e6)}2\n` };
      yield { name: 'nothing but lines', make: () => '\n'.repeat(many) };
      yield { name: 'many words', make: () => Array.from({ length: many }, (_, i) => `w${i} 1 2`).join('\n') };
      yield { name: 'many equal words', make: () => 'w 1 2\n'.repeat(many) };
    };
    for (const kind of ['word2vec', 'glove'] as const)
      for (const { name, make } of texts()) yield { name: `${kind}: ${name}`, make: () => [kind, make()] as const };
  },
  read: ([kind, content]) => wordVectors(kind === 'glove' ? { glove: encode(content) } : { word2vec: encode(content) }),
  seeds: () => [
    ['glove', body],
    ['word2vec', `${words.length} ${dims}\n${body}`],
  ],
};

const binaryRows = joined(
  ...words.flatMap((word, row) => [
    encode(`${word.replace(' ', '_')} `),
    new Uint8Array(data.slice(row * dims, (row + 1) * dims).buffer),
  ]),
);

/** Binary files of word2vec. */
export const binary: BombTarget<Uint8Array> = {
  inputs: function* () {
    for (const number of numbers) {
      yield { name: `${number} words`, make: () => joined(encode(`${number} ${dims}\n`), binaryRows) };
      yield { name: `${number} numbers a word`, make: () => joined(encode(`${words.length} ${number}\n`), binaryRows) };
      yield { name: `both ${number}`, make: () => joined(encode(`${number} ${number}\n`), binaryRows) };
    }
    yield {
      name: 'one word of 600,000 numbers',
      make: () => joined(encode('1 600000\na '), new Uint8Array(2_400_000)),
    };
    yield {
      name: '600,000 words of one number',
      make: () => joined(encode('600000 1\n'), new Uint8Array(3_600_000).fill(32)),
    };
    yield { name: 'a word of 6 MB', make: () => joined(encode(`1 1\n${'w'.repeat(6e6)} `), new Uint8Array(4)) };
  },
  read: bytes => wordVectors({ word2vec: bytes, binary: true }),
  seeds: () => [joined(encode(`${words.length} ${dims}\n`), binaryRows)],
};
