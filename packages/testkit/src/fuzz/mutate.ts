/** Whole numbers from 0 below `end`, the same for the same seed (mulberry32). */
export type Random = (end: number) => number;

export function randomFrom(seed: number): Random {
  let state = seed | 0;
  return end => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  };
}

export const oneOf = <T>(random: Random, all: readonly T[]): T => all[random(all.length)]!;

/** What can be mutated: a text, bytes, or a list or record of these. */
export type Mutable = string | Uint8Array | readonly unknown[] | { readonly [name: string]: unknown };

const numbers = `0 1 2 7 -1 -0 01 1.0 0.5 1e3 64 255 65536 2147483648 4294967296 9007199254740992 18446744073709551616
  1e308 1e999 null true "1" [1] {}`.split(/\s+/);
const texts = [
  '',
  'a',
  'x y',
  '__proto__',
  'constructor',
  '\\u0061',
  '\\ud83d',
  '\\',
  '\u0000',
  '\u001b[31m',
  'é',
  '😀',
  '▁',
  '<unk>',
  '(a+)+$',
  '[',
  '(',
];
const fragments = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  ' ',
  '\n',
  '\t',
  '\\',
  '{}',
  '[]',
  '""',
  '[[[[',
  '{"a":{"a":',
  ',,',
  'null',
  '{%',
  '%}',
  '{{',
  '}}',
];
const partPatterns = [/\d+/g, /"[^"\\]*"/g, /"[^"]*":\s*[^,{}[\]]+/g, /[{}[\]":,]/g, /[^\s"{}[\],:]+/g, /\n/g];

/** A text with one to three random changes: parts replaced, removed, repeated, copied or inserted. */
export function mutateText(random: Random, text: string): string {
  let mutated = text;
  for (let round = random(3); round >= 0; round--) {
    // Searches only near a random index, so that long texts stay fast.
    const from = random(mutated.length + 1);
    const pattern = oneOf(random, partPatterns);
    pattern.lastIndex = from;
    const match = pattern.exec(mutated.slice(0, from + 4000));
    const [start, part] = match ? [match.index, match[0]] : [from, ''];
    const isText = part.startsWith('"');
    const replacements = {
      value: () => (isText ? `"${oneOf(random, texts)}"` : oneOf(random, numbers)),
      mark: () => oneOf(random, fragments).repeat(oneOf(random, [1, 1, 1, 2, 300])),
      nothing: () => '',
      twice: () => `${part},${part}`,
      other: () => {
        const at = random(mutated.length + 1);
        return mutated.slice(at, at + random(40));
      },
      text: () => oneOf(random, texts),
      much: () => (part === '' ? 'a' : part.slice(0, 8)).repeat(random(300)),
    };
    const method = oneOf(random, [
      'value',
      'value',
      'value',
      'mark',
      'nothing',
      'twice',
      'other',
      'text',
      'much',
    ] as const);
    mutated = mutated.slice(0, start) + replacements[method]() + mutated.slice(start + part.length);
  }
  return mutated;
}

/** Bytes with bits flipped, runs replaced, cut, repeated, removed or put in, or a length at a random offset. */
export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
  // Headers are at the beginning, so half of the changes go there.
  const offset = () => random(random(2) ? Math.min(bytes.length, 256) + 1 : bytes.length + 1);
  const joined = (...runs: Uint8Array[]) => new Uint8Array(Buffer.concat(runs));
  const methods = {
    flip: () => {
      const mutated = bytes.slice();
      for (let round = random(4); round >= 0; round--) {
        const at = offset();
        if (at < mutated.length) mutated[at]! ^= 1 << random(8);
      }
      return mutated;
    },
    fill: () => {
      const from = offset();
      return bytes.slice().fill(oneOf(random, [0, 255, 127, 128, random(256)]), from, from + 1 + random(16));
    },
    length: () => {
      const mutated = bytes.slice();
      const width = oneOf(random, [1, 2, 4, 8]);
      const at = offset();
      if (at + width > mutated.length) return mutated.subarray(0, at);
      const value = oneOf(random, [
        0n,
        1n,
        7n,
        127n,
        128n,
        255n,
        65_535n,
        2n ** 31n - 1n,
        2n ** 31n,
        2n ** 32n - 1n,
        2n ** 53n,
        2n ** 63n,
        2n ** 64n - 1n,
      ]);
      for (let byte = 0; byte < width; byte++) mutated[at + byte] = Number((value >> BigInt(8 * byte)) & 255n);
      return mutated;
    },
    cut: () => bytes.slice(0, offset()),
    lengthen: () => joined(bytes, new Uint8Array(1 + random(100)).fill(random(256))),
    remove: () => {
      const at = offset();
      return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random(16)));
    },
    insert: () => {
      const [at, from] = [offset(), offset()];
      return joined(bytes.subarray(0, at), bytes.subarray(from, from + 1 + random(64)), bytes.subarray(at));
    },
  };
  return methods[
    oneOf(random, ['flip', 'flip', 'fill', 'length', 'length', 'cut', 'lengthen', 'remove', 'insert'] as const)
  ]();
}

/** A mutated copy; of a list or a record, one member is mutated that is a text, bytes or contains these. */
export function mutate(random: Random, input: unknown): unknown {
  if (typeof input === 'string') return mutateText(random, input);
  if (input instanceof Uint8Array) return mutateBytes(random, input);
  if (typeof input !== 'object' || input === null) return input;
  const names = Object.keys(input).filter(name => {
    const member = (input as Record<string, unknown>)[name];
    return (typeof member === 'string' && member.length > 12) || (typeof member === 'object' && member !== null);
  });
  if (names.length === 0) return input;
  const copy: Record<string, unknown> = Array.isArray(input) ? ([...input] as never) : { ...input };
  const name = oneOf(random, names);
  copy[name] = mutate(random, copy[name]);
  return copy;
}
