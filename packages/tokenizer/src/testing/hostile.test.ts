import { ResidualError } from '@residual/base';
import { readFixtureText } from '@residual/testkit/read-fixture';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tokenizerFromJson } from '../formats/json/load.js';

type Json = Record<string, unknown>;

const read = (name: string): Json => JSON.parse(readFixtureText(`tokenizers/${name}/tokenizer.json`));

/** Values that may replace another value. */
const wrong: readonly unknown[] = [
  null,
  undefined,
  0,
  -1,
  1.5,
  1e20,
  Number.NaN,
  '',
  'x',
  '\ud800',
  true,
  [],
  {},
  [null],
  ['a', 'b'],
  { type: 'X' },
  { type: 'Sequence' },
  { String: '' },
  { Regex: '(' },
  2 ** 31,
  2 ** 24,
];

/**
 * Follows the path that `choices` selects and changes or removes the value there. Large tables are changed as a whole.
 */
function spoil(node: Json, choices: readonly number[], value: unknown): void {
  for (const choice of choices) {
    const keys = Object.keys(node);
    const key = keys[choice % keys.length];
    if (key === undefined) return;
    const child = node[key];
    if (typeof child === 'object' && child !== null && choice !== choices.at(-1) && Object.keys(child).length < 300) {
      node = child as Json;
      continue;
    }
    if (choice % 5 === 0) delete node[key];
    else node[key] = value;
    return;
  }
}

test.each(['bpe-clip', 'bpe-llama2', 'bpe-llama3', 'unigram-t5', 'wordpiece-bert'])(
  'a spoilt %s is read, or is an error that is meant for people',
  name => {
    const { model, ...rest } = read(name);
    const { vocab, merges, ...settings } = model as Json;
    let refused = 0;
    const runs = fc.tuple(fc.array(fc.nat(1000), { minLength: 1, maxLength: 6 }), fc.constantFrom(...wrong));
    fc.assert(
      fc.property(runs, ([choices, value]) => {
        const file = { ...structuredClone(rest), model: { ...structuredClone(settings), vocab, merges } };
        spoil(file, choices, value);
        try {
          const tokenizer = tokenizerFromJson(file);
          const encoding = tokenizer.encode("Hello  wörld 🙂 <s> 's \n 123", { pair: 'b' });
          expect(encoding.offsets.length).toBe(encoding.tokens.length);
          expect(typeof tokenizer.decode(encoding.ids)).toBe('string');
        } catch (error) {
          if (!ResidualError.is(error)) throw error;
          refused++;
        }
      }),
      { numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(50);
  },
);
