import fc from 'fast-check';
import { expect, test } from 'vitest';
import { merge, Symbols } from './merge.js';
import { PairTable } from './pair-table.js';

type Merge = readonly [left: number, right: number, merged: number];

/** The definition: merge the pair with the lowest rank, among equals the leftmost, until there is none. */
function byDefinition(ids: readonly number[], merges: readonly Merge[]): number[] {
  const now = [...ids];
  for (;;) {
    const found = merges.findIndex(([left, right]) => now.some((id, at) => id === left && now[at + 1] === right));
    if (found === -1) return now;
    const [left, right, merged] = merges[found]!;
    const at = now.findIndex((id, index) => id === left && now[index + 1] === right);
    now.splice(at, 2, merged);
  }
}

/** A few letters, and merges of existing symbols to new ones. */
const cases = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 12 }).chain(pairs => {
  const seen = new Set<string>();
  const merges: Merge[] = [];
  for (const [left, right] of pairs) {
    const size = 3 + merges.length;
    const pair = [left % size, right % size] as const;
    if (seen.has(pair.join())) continue;
    seen.add(pair.join());
    merges.push([...pair, size]);
  }
  return fc.record({ merges: fc.constant(merges), ids: fc.array(fc.nat(2), { maxLength: 120 }) });
});

test('short and long pre-tokens are merged according to the definition', () => {
  fc.assert(
    fc.property(cases, ({ merges, ids }) => {
      const table = new PairTable();
      for (const [rank, [left, right, merged]] of merges.entries()) table.set(left, right, rank, merged);
      const symbols = new Symbols();
      for (const id of ids) symbols.push(id, 1);
      merge(symbols, table);
      const lengths = [...symbols.lengths.subarray(0, symbols.count)];
      expect([...symbols.ids.subarray(0, symbols.count)]).toEqual(byDefinition(ids, merges));
      expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(ids.length);
    }),
    { numRuns: 1000 },
  );
});
