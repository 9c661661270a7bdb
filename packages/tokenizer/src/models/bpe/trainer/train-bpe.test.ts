import { readFixtureText } from '@residual/testkit/read-fixture';
import { expect, test } from 'vitest';
import { Scheduler } from '../../../training/scheduler.js';
import { type BpeTrainerOptions, trainBpe } from './train-bpe.js';

interface Case {
  /** Words and their counts, in the order of the reference. */
  readonly words: readonly (readonly [string, number])[];
  readonly size: number;
  readonly specialTokens: readonly string[];
  readonly options: BpeTrainerOptions;
  readonly tokens: readonly string[];
  /** WordPiece files have none. */
  readonly merges?: readonly (readonly [number, number])[];
}

const cases: readonly Case[] = JSON.parse(readFixtureText('tokenizers/training/merge-cases.json'));
const pace = new Scheduler(undefined, undefined);

test.each(cases.map(each => [JSON.stringify(each.options), each.size, each] as const))(
  'with %s and size %i the tokens and merges are those of the reference, in its order',
  async (_, __, { words, size, specialTokens, options, ...expected }) => {
    const { tokens, merges } = await trainBpe(new Map(words), size, specialTokens, options, pace);
    expect({ tokens, ...(expected.merges && { merges }) }).toEqual(expected);
  },
);

test('among equally frequent characters those with lower code points are kept', async () => {
  const words = new Map([
    ['dcba', 2],
    ['d', 1],
  ]);
  const { tokens } = await trainBpe(words, 2, [], { limitAlphabet: 2 }, pace);
  expect(tokens).toEqual(['a', 'd']);
});

test('a pair that is merged several times has its last rank', async () => {
  // ab + c and a + bc make the same token, so the pair after it occurs twice.
  const words = new Map([
    ['abcx', 4],
    ['bc', 9],
    ['aabcx', 3],
    ['ab', 20],
  ]);
  const { tokens, merges } = await trainBpe(words, 50, ['abc'], {}, pace);
  const written = merges.map(([left, right]) => `${tokens[left]} ${tokens[right]}`);
  expect(new Set(written).size).toBe(written.length);
});
