import { workRatio } from '@residual/testkit/processor-time';
import { expect, test, vi } from 'vitest';
import { openSafetensors } from './open.js';
import { bytesSource } from './source.js';

/** A file with this header and so many bytes of data. */
function file(header: string | Uint8Array, dataBytes = 0): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const open = (bytes: Uint8Array) => openSafetensors(bytesSource(bytes));
const entry = (dtype: string, shape: string, offsets: string) =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;

test('a header has names, dtypes, shapes and byte lengths in the order of the data', async () => {
  const second = `"second":${entry('F16', '[2, 3]', '[ 20,32]')}`;
  const first = `"first":${entry('I64', '[]', '[12,20]')}`;
  const zero = `"zero":{"data_offsets":[0,12],"shape":[3,1],"dtype":"F32"}`;
  const { tensors, metadata } = await open(
    file(`{${second},"__metadata__":{"format":"pt","":"\\u00e9"},\n${first}\t, ${zero}} \n`, 32),
  );
  expect([...tensors.keys()]).toEqual(['zero', 'first', 'second']);
  expect(tensors.get('second')).toEqual({ dtype: 'F16', shape: [2, 3], byteLength: 12 });
  expect(tensors.get('first')).toEqual({ dtype: 'I64', shape: [], byteLength: 8 });
  expect(metadata).toEqual({ format: 'pt', '': 'é' });
});

test('files without tensors, empty tensors and names such as __proto__ are valid', async () => {
  expect((await open(file('{}'))).tensors.size).toBe(0);
  const empty = await open(file(`{"b":${entry('F32', '[0]', '[4,4]')},"a":${entry('U8', '[2,2]', '[0,4]')}}`, 4));
  expect([...empty.tensors.keys()]).toEqual(['a', 'b']);
  const first = await open(file(`{"b":${entry('U8', '[2,2]', '[0,4]')},"a":${entry('F32', '[0]', '[0,0]')}}`, 4));
  expect([...first.tensors.keys()]).toEqual(['a', 'b']);
  const named = await open(
    file(
      `{"__metadata__":{"__proto__":"x"},"__proto__":${entry('U8', '[1]', '[0,1]')},` +
        `"constructor":${entry('U8', '[]', '[1,2]')}}`,
      2,
    ),
  );
  expect([...named.tensors.keys()]).toEqual(['__proto__', 'constructor']);
  expect(Object.entries(named.metadata)).toEqual([['__proto__', 'x']]);
  expect(Object.getPrototypeOf(named.metadata)).toBe(Object.prototype);
});

test('names may contain every JSON escape and Unicode script', async () => {
  const name = 'quote " slash \\ tab \t é 中 😀 \u0000';
  const { tensors } = await open(
    file(
      `{${JSON.stringify(name)}:${entry('U8', '[]', '[0,1]')},"\\ud83d\\ude00\\/":${entry('U8', '[]', '[1,2]')}}`,
      2,
    ),
  );
  expect([...tensors.keys()]).toEqual([name, '😀/']);
});

const good = entry('F32', '[2]', '[0,8]');
const bad: [name: string, bytes: Uint8Array, message: string][] = [
  ['nothing at all', new Uint8Array(0), 'the file has 0 bytes; 8 would fit'],
  ['fewer bytes than a length', new Uint8Array(7), 'the file has 7 bytes; 8 would fit'],
  ['a length and no header', file('').fill(0), 'the header has "" at 0; "{" would fit'],
  ['a header longer than the file', file('{}').fill(9, 0, 1), 'the file has 10 bytes; 17 would fit'],
  [
    'a header longer than numbers are exact',
    file('{}').fill(255, 0, 8),
    'the header has 18446744073709552000 bytes; 100000000 would fit',
  ],
  ['text that is not UTF-8', file(new Uint8Array([123, 34, 255, 34])), expect.stringContaining('openSafetensors: ')],
  ['not an object', file('[]'), 'the header has "[" at 0; "{" would fit'],
  ['an object that does not end', file('{"a":{}'), 'tensor "a" has no shape or data_offsets'],
  ['something after the object', file('{} x'), 'the header has "x" at 3; "" would fit'],
  ['a comma too many', file(`{"a":${good},}`, 8), 'the header has "}" at 54; "\\"" would fit'],
  ['a colon too few', file('{"a" 1}'), 'the header has "1" at 5; ":" would fit'],
  ['a string that does not end', file('{"abc'), 'the header has "\\"abc", which does not fit'],
  ['a string with a bad escape', file('{"\\x":{}}'), 'the header has "\\"\\\\x\\"", which does not fit'],
  ['a string with half a character', file('{"\\ud83d":{}}'), 'the header has "\\"\\\\ud83d\\"", which does not fit'],
  ['a key twice', file(`{"a":${good},"a":${good}}`, 8), 'the header has "a" twice'],
  ['a field twice', file('{"a":{"dtype":"F32","dtype":"F32"}}'), 'the header has "dtype" twice'],
  ['a metadata key twice', file('{"__metadata__":{"k":"1","\\u006b":"2"}}'), 'the header has "k" twice'],
  ['metadata that is no text', file('{"__metadata__":{"k":1}}'), 'the header has "1" at 21; "\\"" would fit'],
  ['an unknown field', file('{"a":{"kind":"F32"}}'), 'tensor "a" has a field "kind"'],
  ['a missing shape', file('{"a":{"dtype":"F32","data_offsets":[0,4]}}', 4), 'tensor "a" has no shape or data_offsets'],
  ['one offset', file(`{"a":${entry('F32', '[1]', '[4]')}}`, 4), 'tensor "a" has no shape or data_offsets'],
  ['three offsets', file(`{"a":${entry('F32', '[1]', '[0,4,8]')}}`, 4), 'the header has "[0,4,8]", which does not fit'],
  [
    'no dtype',
    file('{"a":{"shape":[1],"data_offsets":[0,4]}}', 4),
    'tensor "a" has dtype ""; known are U64,I64,F64,F32,U32,I32,BF16,F16,U16,I16,F8_E4M3,F8_E5M2,I8,U8,BOOL',
  ],
  [
    'an unknown dtype',
    file(`{"a":${entry('F31', '[1]', '[0,4]')}}`, 4),
    'tensor "a" has dtype "F31"; known are U64,I64,F64,F32,U32,I32,BF16,F16,U16,I16,F8_E4M3,F8_E5M2,I8,U8,BOOL',
  ],
  [
    'a dtype that every object has',
    file(`{"a":${entry('toString', '[1]', '[0,4]')}}`, 4),
    expect.stringContaining('tensor "a" has dtype "toString"; known are'),
  ],
  ['a fraction', file(`{"a":${entry('F32', '[1.5]', '[0,6]')}}`, 6), 'the header has "[1.5]", which does not fit'],
  ['an exponent', file(`{"a":${entry('F32', '[1e0]', '[0,4]')}}`, 4), 'the header has "[1e0]", which does not fit'],
  ['a negative length', file(`{"a":${entry('F32', '[-1]', '[0,4]')}}`, 4), 'the header has "[-1]", which does not fit'],
  ['a leading zero', file(`{"a":${entry('F32', '[01]', '[0,4]')}}`, 4), 'the header has "[01]", which does not fit'],
  [
    'a number that is not exact',
    file(`{"a":${entry('F32', '[9007199254740993]', '[0,4]')}}`, 4),
    'the header has "[9007199254740993]", which does not fit',
  ],
  ['a list in a list', file(`{"a":${entry('F32', '[[1]]', '[0,4]')}}`, 4), 'the header has "[[1]", which does not fit'],
  ['a list that does not end', file('{"a":{"shape":[1,'), 'the header has "", which does not fit'],
  [
    'too many axes',
    file(`{"a":${entry('F32', `[${Array(65).fill(1)}]`, '[0,4]')}}`, 4),
    expect.stringMatching(/the header has "\[1(,1)+", which does not fit$/),
  ],
  [
    'a product that overflows',
    file(`{"a":${entry('F32', '[4294967296,4294967296]', '[0,4]')}}`, 4),
    'tensor "a" has shape [4294967296,4294967296]; up to 64 axes and 2^53 - 1 bytes would fit',
  ],
  [
    'an overflow behind a zero',
    file(`{"a":${entry('U8', '[4294967296,4294967296,0]', '[0,0]')}}`),
    'tensor "a" has shape [4294967296,4294967296,0]; up to 64 axes and 2^53 - 1 bytes would fit',
  ],
  [
    'bytes and shape that disagree',
    file(`{"a":${entry('F32', '[2,3]', '[0,20]')}}`, 20),
    'tensor "a" of F32 [2,3] has 20 bytes; 24 would fit',
  ],
  [
    'offsets that run backwards',
    file(`{"a":${entry('F32', '[1]', '[4,0]')}}`, 4),
    'tensor "a" of F32 [1] has -4 bytes; 4 would fit',
  ],
  [
    'tensors that overlap',
    file(`{"a":${good},"b":${entry('F32', '[2]', '[4,12]')}}`, 12),
    'tensor "b" begins at 4; 8 would fit',
  ],
  ['the same bytes twice', file(`{"a":${good},"b":${good}}`, 8), 'tensor "b" begins at 0; 8 would fit'],
  [
    'a gap between tensors',
    file(`{"a":${good},"b":${entry('F32', '[2]', '[12,20]')}}`, 20),
    'tensor "b" begins at 12; 8 would fit',
  ],
  ['a gap before the first', file(`{"a":${entry('F32', '[1]', '[4,8]')}}`, 8), 'tensor "a" begins at 4; 0 would fit'],
  [
    'an empty tensor in the middle of another',
    file(`{"a":${good},"b":${entry('F32', '[0]', '[4,4]')}}`, 8),
    'tensor "b" begins at 4; 8 would fit',
  ],
  ['a byte too few', file(`{"a":${good}}`, 7), 'the file has 69 bytes; 70 would fit'],
  ['a byte too many', file(`{"a":${good}}`, 9), 'the file has 71 bytes; 70 would fit'],
];

test.each(bad)('%s is an error that names the expected value', async (_, bytes, message) => {
  const error = await open(bytes).catch(error => error);
  const whole = typeof message === 'string' ? `openSafetensors: ${message}` : message;
  expect(error).toMatchObject({ name: 'ResidualError', code: 'format', message: whole });
});

test('a header of more than 100 MB is not read', async () => {
  const asked: [number, number][] = [];
  const source = {
    size: 1e12,
    read: async (start: number, end: number) => {
      asked.push([start, end]);
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, 100_000_001n, true);
      return bytes;
    },
  };
  await expect(openSafetensors(source)).rejects.toThrow(
    'openSafetensors: the header has 100000001 bytes; 100000000 would fit',
  );
  expect(asked).toEqual([[0, 8]]);
});

test('long names and values are cut in messages', async () => {
  const long = 'x'.repeat(1e6);
  for (const header of [
    `{"${long}":{}}`,
    `{"a":{"dtype":"${long}","shape":[],"data_offsets":[0,0]}}`,
    `{"a":{"${long}":1}}`,
  ]) {
    const error: Error = await open(file(header)).catch(error => error);
    expect(error.message.length).toBeLessThan(300);
  }
});

test('a list of a million numbers is not parsed', async () => {
  const parse = vi.spyOn(JSON, 'parse');
  const list = `[${Array(1e6).fill(1)}]`;
  const opening = open(file(`{"a":${entry('F32', list, '[0,4]')}}`, 4));
  await expect(opening).rejects.toMatchObject({ code: 'format' });
  const longest = Math.max(...parse.mock.calls.map(([text]) => text.length));
  parse.mockRestore();
  expect(longest).toBeLessThan(100);
});

test('endless nesting, numbers and lists cost neither stack nor time', async () => {
  for (const filler of ['[', '{"a":', '[[],', '{"a":{"shape":[', '1', '"', '\\', ' ', ',', '{"shape":[1,1,1,', '\n']) {
    for (const before of ['{"a":', '{"a":{"shape":', '{"a":{"shape":[', '{"a":{"dtype":"', '']) {
      const refuse = (size: number) => {
        const header = file(before + filler.repeat(size / filler.length));
        return () => expect(open(header)).rejects.toMatchObject({ code: 'format' });
      };
      // What is linear takes 16 times as long, what grows as the square 256 times.
      expect(await workRatio(refuse(4e6), refuse(2.5e5), { below: 100 })).toBeLessThan(100);
    }
  }
});
