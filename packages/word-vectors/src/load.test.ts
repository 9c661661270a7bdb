import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bytesSource, writeSafetensors } from '@residual/safetensors';
import { expect, test } from 'vitest';
import { ResidualError, rowVector, type VectorSource, vectorTable, type WordVectors, wordVectors } from './index.js';
import { randomNumbers, world, worldFile } from './testing/tables.js';

const { words, data, dims } = world;
const rows = words.map((_, row) => [...data.subarray(row * dims, (row + 1) * dims)]);
const encode = (text: string) => new TextEncoder().encode(text);
const all = (vectors: WordVectors) => vectors.words.map((_, row) => [...rowVector(vectors, row)]);

const lines = (separator = ' ') => words.map((word, row) => [word.replace(' ', '_'), ...rows[row]!].join(separator));
const binary = (end = '') =>
  Buffer.concat([
    encode(`${words.length} ${dims}\n`),
    ...words.flatMap((word, row) => [
      encode(`${word.replace(' ', '_')} `),
      new Uint8Array(Float32Array.from(rows[row]!).buffer),
      encode(end),
    ]),
  ]);

const closeTo = (vectors: WordVectors, tolerance: number) => {
  expect(vectors.words).toHaveLength(words.length);
  for (const [row, values] of all(vectors).entries())
    for (const [k, value] of values.entries()) expect(Math.abs(value - rows[row]![k]!)).toBeLessThanOrEqual(tolerance);
};

test('safetensors in float32, float16 and int8 with scales are read correctly', async () => {
  const vocab = JSON.stringify(words);
  closeTo(await wordVectors({ safetensors: worldFile('F32'), vocab }), 0);
  closeTo(await wordVectors({ safetensors: worldFile('F16'), vocab }), 2e-3);
  const int8 = await wordVectors({ safetensors: worldFile('I8'), vocab });
  closeTo(int8, 5 / 254 + 1e-6);
  expect([int8.dtype, int8.dims, int8.rows.get('queen')]).toEqual(['int8', 3, 1]);
});

test('a vocabulary may be a list, JSON of a list or of rows by word, or lines', async () => {
  const byWord = JSON.stringify(Object.fromEntries(words.map((word, row) => [word, row]).reverse()));
  for (const vocab of [words, byWord, words.join('\n'), `${words.join('\r\n')}\r\n`])
    expect((await wordVectors({ safetensors: worldFile('F32'), vocab })).words).toEqual(words);
});

test('GloVe and word2vec, text and binary, are read alike from bytes, a Blob or a source', async () => {
  const glove = encode(`${lines().join('\n')}\n`);
  const word2vec = encode(`${words.length} ${dims}\n${lines().join('\r\n')}`);
  const sources: VectorSource[] = [
    { glove },
    { glove: new Blob([glove]) },
    { glove: bytesSource(glove) },
    { glove: glove.buffer },
    { glove: word2vec },
    { word2vec },
    { word2vec: encode(`${words.length} ${dims}\n${lines('\t').join(' \n')} \n`) },
    { word2vec: binary(), binary: true },
    { word2vec: binary('\n'), binary: true },
  ];
  for (const source of sources) closeTo(await wordVectors(source), 0);
});

test('words in text files may contain spaces, and numbers exponents; they are rounded as by JavaScript', async () => {
  const numbers = [
    '-0.27086',
    '1e-7',
    '123456789.123456789',
    '.5',
    '5.',
    '+0.1',
    '-1.5E+2',
    '0.000000000000000000000001',
    '-0',
  ];
  const text = `two ${numbers.map(() => '1').join(' ')}\n. . . ${numbers.join('  ')}\n`;
  const vectors = await wordVectors({ glove: encode(text) });
  expect(vectors.words).toEqual(['two', '. . .']);
  expect(all(vectors)[1]).toEqual(numbers.map(number => Math.fround(Number(number))));
});

test('lines across chunks of a large file are read correctly, and progress counts all bytes', async () => {
  const count = 40_000;
  const values = randomNumbers(count * 11, 5);
  const text = Array.from(
    { length: count },
    (_, row) => `wörd${row} ${values.subarray(row * 11, row * 11 + 11).join(' ')}`,
  );
  const seen: number[] = [];
  const bytes = encode(text.join('\n'));
  expect(bytes.length).toBeGreaterThan(2 ** 23);
  const vectors = await wordVectors({ glove: bytes }, { onProgress: ({ done }) => seen.push(done) });
  expect(vectors.words).toHaveLength(count);
  expect(vectors.words[33_333]).toBe('wörd33333');
  expect([...rowVector(vectors, 33_333)]).toEqual([...values.subarray(33_333 * 11, 33_334 * 11)]);
  expect(seen.at(-1)).toBe(bytes.length);
  expect((await wordVectors({ glove: bytes }, { limit: 17 })).words).toHaveLength(17);
});

test('a folder, a file, a file: URL and an http: URL are read by file name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'words-'));
  const server = createServer(async (request, response) => {
    const { readFile } = await import('node:fs/promises');
    const bytes = await readFile(join(folder, request.url!)).catch(() => undefined);
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  try {
    await writeFile(join(folder, 'vectors.safetensors'), worldFile('I8'));
    await expect(wordVectors(folder)).rejects.toThrow(/wordVectors: .*vocab\.json cannot be read: ENOENT/);
    await writeFile(join(folder, 'vocab.json'), JSON.stringify(words));
    await writeFile(join(folder, 'world.txt'), lines().join('\n'));
    await writeFile(join(folder, 'world.bin'), binary());
    await writeFile(join(folder, 'world.csv'), '');
    await new Promise<void>(resolve => server.listen(0, resolve));
    const address = `http://localhost:${(server.address() as AddressInfo).port}`;
    const places = [
      folder,
      pathToFileURL(folder),
      join(folder, 'vectors.safetensors'),
      join(folder, 'world.txt'),
      join(folder, 'world.bin'),
      `${address}/`,
      new URL(`${address}/world.txt`),
    ];
    for (const place of places) closeTo(await wordVectors(place), 5 / 254 + 1e-6);
    await expect(wordVectors(join(folder, 'world.csv'))).rejects.toThrow(
      'wordVectors: world.csv is no file of vectors by its name; .safetensors, .bin, .txt and .vec are',
    );
    await writeFile(join(folder, 'other.safetensors'), worldFile('I8'));
    await expect(wordVectors(folder)).rejects.toThrow(/has 2 \.safetensors files \(.*\); it must have one/);
    await expect(wordVectors(join(folder, 'nowhere'))).rejects.toThrow(
      /wordVectors: there is no file or folder .*nowhere/,
    );
    await rm(join(folder, 'vocab.json'));
    await expect(wordVectors(`${address}/`)).rejects.toThrow(/vocab\.json gave status 404/);
  } finally {
    server.close();
    await rm(folder, { recursive: true });
  }
});

const float = (shape: number[], values = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1)) =>
  ({ dtype: 'F32', shape, data: values }) as const;
const int8 = (shape: number[]) =>
  ({ dtype: 'I8', shape, data: new Int8Array(shape.reduce((a, b) => a * b, 1)).fill(1) }) as const;
const withNaN = Float32Array.of(1, 2, 3, 4, Number.NaN, 6);

test.each<[string, VectorSource, string]>([
  [
    'a vocabulary of another length',
    { safetensors: worldFile('F32'), vocab: words.slice(1) },
    'wordVectors: embedding.weight has 8 rows, the vocabulary 7 words; they must be equally many',
  ],
  [
    'a word that stands twice',
    { safetensors: worldFile('F32'), vocab: words.with(5, 'queen') },
    'wordVectors: "queen" stands twice, in rows 1 and 5',
  ],
  [
    'a word that is none',
    { safetensors: worldFile('F32'), vocab: words.with(5, 5 as never) },
    'wordVectors: word 5 of the vocabulary is 5, not a text',
  ],
  [
    'a number that is none',
    { safetensors: writeSafetensors({ a: float([2, 3], withNaN) }), vocab: ['x', 'y'] },
    'wordVectors: row 1 ("y") holds NaN at index 1',
  ],
  [
    'an infinite scale',
    {
      safetensors: writeSafetensors({ 'a.weight': int8([1, 2]), 'a.scale': float([1, 1], Float32Array.of(Infinity)) }),
      vocab: ['x'],
    },
    'wordVectors: row 0 ("x") has the scale Infinity',
  ],
  [
    'int8 without scales',
    { safetensors: writeSafetensors({ 'a.weight': int8([2, 3]) }), vocab: ['x', 'y'] },
    'wordVectors: a.weight is int8 and there is no a.scale [2, 1] beside it',
  ],
  [
    'int8 with scales that do not fit',
    { safetensors: writeSafetensors({ 'a.weight': int8([2, 3]), 'a.scale': float([3, 1]) }), vocab: ['x', 'y'] },
    'wordVectors: a.scale is [3,1]; the 2 int8 rows need [2, 1]',
  ],
  [
    'no table',
    { safetensors: writeSafetensors({ a: float([2, 3]), b: float([2, 3]) }), vocab: ['x', 'y'] },
    'wordVectors: there is no embedding.weight among a, b; name the table with the option tensor',
  ],
  [
    'a table that is none',
    { safetensors: writeSafetensors({ 'embedding.weight': float([2, 3, 1]) }), vocab: ['x', 'y'] },
    'wordVectors: embedding.weight is [2,3,1]; it must be [words, dims], neither of them 0',
  ],
  [
    'a table of other numbers',
    {
      safetensors: writeSafetensors({ 'embedding.weight': { dtype: 'I32', shape: [1, 1], data: Int32Array.of(1) } }),
      vocab: ['x'],
    },
    'wordVectors: embedding.weight is I32; F32, F16, BF16, F64 and I8 can be read',
  ],
  [
    'a vocabulary that leaves a row out',
    { safetensors: worldFile('F32'), vocab: '{"a":0,"b":2}' },
    'wordVectors: the vocabulary gives "b" the row 2; its 2 words have rows 0 to 1',
  ],
  [
    'a vocabulary from row to word',
    { safetensors: worldFile('F32'), vocab: '{"0":"the","1":"of"}' },
    'wordVectors: the vocabulary gives "0" the row "the"; a row is a whole number from 0 on',
  ],
  [
    'a row that two words have',
    { safetensors: worldFile('F32'), vocab: '{"a":0,"b":0}' },
    'wordVectors: the vocabulary gives row 0 to "a" and "b"',
  ],
  [
    'a list of lists',
    { safetensors: worldFile('F32'), vocab: JSON.stringify(words.map(word => [word])) },
    'wordVectors: word 0 of the vocabulary is ["king"], not a text',
  ],
  [
    'no vocabulary',
    { safetensors: worldFile('F32') } as never,
    'wordVectors: the vocabulary is undefined; a list of words or the text of a file of them would fit',
  ],
  [
    'vectors that are too long to compare',
    { glove: encode(`a${' 1'.repeat(600_000)}`) },
    'wordVectors: vectors of 600000 numbers; at most 65536 can be compared',
  ],
  [
    'a long word',
    { glove: encode(`${'w'.repeat(9000)} nan\n`) },
    `wordVectors: row 0 ("${'w'.repeat(80)}…") holds NaN at index 0`,
  ],
  [
    'a word that a terminal would obey',
    { glove: encode('\u009b2J\u202e 1\n\u009b2J\u202e 1\n') },
    'wordVectors: "\\u009b2J\\u202e" stands twice, in rows 0 and 1',
  ],
  ['an empty file', { glove: encode('') }, 'wordVectors: the file is empty'],
  ['no numbers', { glove: encode('word\n') }, 'wordVectors: line 1 has no numbers behind its word: "word"'],
  [
    'a number too few',
    { glove: encode('a 1 2 3\nb 1 2\n') },
    'wordVectors: line 2 has 2 numbers behind its word; 3 would fit',
  ],
  [
    'a number that is no number',
    { glove: encode('a 1 2 3\nb 1 2 3,5\n') },
    'wordVectors: line 2 has 0 numbers behind its word; 3 would fit',
  ],
  ['an empty line', { glove: encode('a 1 2\n\nb 1 2\n') }, 'wordVectors: line 2 is empty'],
  ['NaN in a text', { glove: encode('a 1 nan\n') }, 'wordVectors: row 0 ("a") holds NaN at index 1'],
  [
    'no first line',
    { word2vec: encode('a 1 2\n') },
    'wordVectors: a word2vec file begins with a line "WORDS DIMS"; this one begins with "a 1 2"',
  ],
  [
    'fewer lines than announced',
    { word2vec: encode('3 1\na 1\nb 1.00000\n') },
    'wordVectors: the file ends after 2 words; it announces 3',
  ],
  [
    'more than a file can hold',
    { word2vec: encode('1000000 1000000\n'), binary: true },
    'wordVectors: 1000000 words of 1000000 numbers need at least 4000000000000 bytes; the file has 16',
  ],
  [
    'a binary file that is cut',
    { word2vec: binary().subarray(0, -1), binary: true },
    'wordVectors: the file ends or has no word at byte 137, in row 7 of 8',
  ],
])('%s is an error with numbers', async (_, source, message) => {
  const error = await wordVectors(source).catch(error => error);
  expect(error.message).toBe(message);
  expect(error).toMatchObject({ code: 'vectors', name: 'ResidualError' });
  expect(ResidualError.is(error)).toBe(true);
});

test('invalid JSON, an endless line, an invalid limit and an abort are errors', async () => {
  const safetensors = worldFile('F32');
  await expect(wordVectors({ safetensors, vocab: '["a",' })).rejects.toThrow(
    'wordVectors: the vocabulary is no JSON: ',
  );
  const endless = { size: 2 ** 30, read: async (start: number, end: number) => new Uint8Array(end - start).fill(97) };
  await expect(wordVectors({ glove: endless })).rejects.toThrow(
    'wordVectors: from byte 0 on no word or line ends within 4194304 bytes',
  );
  await expect(wordVectors({ safetensors, vocab: words }, { limit: 0.5 })).rejects.toThrow(
    'wordVectors: limit is 0.5; it must be a whole number, 1 or more',
  );
  await expect(wordVectors({ safetensors, vocab: words }, { tensor: 'x' })).rejects.toThrow(
    'wordVectors: there is no tensor "x" among embedding.weight',
  );
  const short = { size: 100, read: async () => new Uint8Array(7) };
  await expect(wordVectors({ glove: short })).rejects.toThrow(
    'wordVectors: the source gave 7 bytes where 100 were asked for',
  );
  const abort = new AbortController();
  const slow = {
    size: 2 ** 24,
    read: async (start: number, end: number) => {
      abort.abort();
      return new Uint8Array(end - start).fill(97);
    },
  };
  await expect(wordVectors({ glove: slow }, { signal: abort.signal })).rejects.toThrow('abort');
});

test('invalid arrays are errors', () => {
  const table = (words: string[], data: Float32Array | Int8Array, scale?: Float32Array) => () =>
    vectorTable({ words, data, ...(scale && { scale }) });
  expect(table([], new Float32Array(0))).toThrow('vectorTable: there are no words');
  expect(table(['a', 'b'], new Float32Array(3))).toThrow('vectorTable: 3 numbers do not make 2 vectors of one length');
  expect(table(['a'], new Int8Array(3))).toThrow('vectorTable: int8 rows need a scale each: 1 rows, 0 scales');
  expect(table(['a'], new Int8Array(3), new Float32Array(2))).toThrow(
    'vectorTable: int8 rows need a scale each: 1 rows, 2 scales',
  );
});

test('URLs by file name may be file:, data: and http: URLs, and paths', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'residual urls '));
  const [table, list] = [join(folder, 'asset-1'), join(folder, 'asset-2')];
  await writeFile(table, worldFile('F32'));
  await writeFile(list, JSON.stringify(words));
  const data = `data:application/json;base64,${Buffer.from(JSON.stringify(words)).toString('base64')}`;
  const server = createServer((_, response) => response.end(`${lines().join('\n')}\n`));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/asset-3`;
  closeTo(await wordVectors({ 'any.safetensors': pathToFileURL(table), 'vocab.json': list }), 0);
  closeTo(await wordVectors({ 'vectors.safetensors': table, 'vocab.json': new URL(data) }), 0);
  closeTo(await wordVectors({ 'glove.txt': address }), 1e-6);
  await new Promise(resolve => server.close(resolve));

  const refused = (source: VectorSource) =>
    wordVectors(source).then(
      () => expect.unreachable(),
      (error: Error) => error.message,
    );
  expect(await refused({ 'vectors.safetensors': table })).toBe(
    'wordVectors: there is no vocab.json among vectors.safetensors',
  );
  expect(await refused({ 'vectors.safetensors': table, 'vocab.json': 'nowhere' })).toBe(
    'wordVectors: there is no vocab.json at nowhere',
  );
  expect(await refused({ 'a.safetensors': table, 'b.txt': list })).toBe(
    'wordVectors: URLs of a.safetensors, b.txt name 2 files of vectors; .safetensors, .bin, .txt and .vec are ' +
      'such files, and one would fit',
  );
  expect(await refused({})).toMatch('URLs of nothing name 0 files of vectors');
  await rm(folder, { recursive: true });
});
