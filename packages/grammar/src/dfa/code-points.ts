import type { Dfa } from './dfa.js';

/** Ranges of code points, both ends included, ascending, without overlap, without neighbours. */
export type CodePoints = readonly (readonly [from: number, to: number])[];

/** All code points that a text can hold: without surrogates. */
export const allCodePoints: CodePoints = [
  [0, 0xd7ff],
  [0xe000, 0x10ffff],
];

/** The set of some ranges in any order, without surrogates. */
export function codePoints(...ranges: readonly (readonly [from: number, to: number])[]): CodePoints {
  const joined: [number, number][] = [];
  for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) {
    const last = joined.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return common(joined, allCodePoints);
}

/** The code points of both sets. */
export function common(a: CodePoints, b: CodePoints): CodePoints {
  const ranges: [number, number][] = [];
  for (let [i, j] = [0, 0]; i < a.length && j < b.length; ) {
    const from = Math.max(a[i]![0], b[j]![0]);
    const to = Math.min(a[i]![1], b[j]![1]);
    if (from <= to) ranges.push([from, to]);
    if (a[i]![1] < b[j]![1]) i++;
    else j++;
  }
  return ranges;
}

/** All code points that are not in the set. */
export function complement(set: CodePoints): CodePoints {
  const gaps: [number, number][] = [];
  let next = 0;
  for (const [from, to] of set) {
    if (from > next) gaps.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= 0x10ffff) gaps.push([next, 0x10ffff]);
  return common(gaps, allCodePoints);
}

/** The automaton of one code point of the set. */
export const oneOf = (set: CodePoints): Dfa => ({
  accepts: [false, true],
  edges: [set.map(([from, to]) => ({ from, to, state: 1 })), []],
});

/** The automaton of any number of code points of the set. */
export const anyOf = (set: CodePoints): Dfa => ({
  accepts: [true],
  edges: [set.map(([from, to]) => ({ from, to, state: 0 }))],
});
