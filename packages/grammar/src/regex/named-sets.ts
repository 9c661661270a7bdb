import { type CodePoints, codePoints, complement } from '../dfa/code-points.js';

/** The sets of `\d`, `\w` and `\s`, as in ECMAScript. */
const classes: Readonly<Record<string, CodePoints>> = {
  d: [[0x30, 0x39]],
  w: [
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x5f, 0x5f],
    [0x61, 0x7a],
  ],
  s: [
    [9, 13],
    [0x20, 0x20],
    [0xa0, 0xa0],
    [0x1680, 0x1680],
    [0x2000, 0x200a],
    [0x2028, 0x2029],
    [0x202f, 0x202f],
    [0x205f, 0x205f],
    [0x3000, 0x3000],
    [0xfeff, 0xfeff],
  ],
};

/** The set of `\d`, `\w` or `\s`; of the complement for a capital letter; undefined for another letter. */
export function classOf(letter: string): CodePoints | undefined {
  const set = Object.hasOwn(classes, letter.toLowerCase()) ? classes[letter.toLowerCase()] : undefined;
  return set && (letter >= 'a' ? set : complement(set));
}

/** What `.` matches: all but line ends. */
export const withoutLineEnds = (): CodePoints => complement(codePoints([10, 10], [13, 13], [0x2028, 0x2029]));

const properties = /*#__PURE__*/ new Map<string, CodePoints>();

/**
 * The code points of a Unicode property, such as `L` or `Script=Greek`, as this runtime knows it; undefined for a
 * property that it does not know.
 */
export function propertyOf(name: string): CodePoints | undefined {
  const known = properties.get(name);
  if (known) return known;
  let runs: RegExp;
  try {
    runs = new RegExp(`\\p{${name}}+`, 'gu');
  } catch {
    return undefined;
  }
  const ranges: [number, number][] = [];
  const size = 0x800; // divides the bounds of the surrogates
  for (let from = 0; from < 0x110000; from += size) {
    if (from === 0xd800) continue;
    const text = String.fromCodePoint(...Array.from({ length: size }, (_, i) => from + i));
    const width = from < 0x10000 ? 1 : 2;
    for (const { index, 0: run } of text.matchAll(runs))
      ranges.push([from + index / width, from + (index + run.length) / width - 1]);
  }
  const set = codePoints(...ranges);
  properties.set(name, set);
  return set;
}
