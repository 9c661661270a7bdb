/**
 * Writes src/text/generated/unicode-tables.ts from fixtures/unicode/reference/properties.json.br, which holds what the
 * reference (tokenizers 0.23.3) and Unicode 14 say of every code point. Needs a Node with Unicode 16 or later:
 * `node scripts/unicode-tables.mjs`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

const said = JSON.parse(
  brotliDecompressSync(
    readFileSync(new URL('../../../fixtures/unicode/reference/properties.json.br', import.meta.url)),
  ).toString(),
);
const codes = Array.from({ length: 0x110000 - 0x800 }, (_, index) => (index < 0xd800 ? index : index + 0x800));
const setOf = runs => {
  const set = new Uint8Array(0x110000);
  let at = 0;
  for (const [index, run] of runs.split(' ').entries()) {
    const length = Number.parseInt(run, 36);
    if (index % 2 === 1) set.fill(1, at, at + length);
    at += length;
  }
  return set;
};
const newer = setOf(said.unassigned14);
const known = Object.fromEntries(Object.entries(said.patterns).map(([source, runs]) => [source, setOf(runs)]));
const has = (property, code) => new RegExp(`^\\p{${property}}$`, 'u').test(String.fromCodePoint(code));

/** Encodes numbers as text: the last digit in base 50 from "*" on, the digits before it in base 34 from "]" on. */
function encoded(numbers) {
  return numbers
    .map(number => {
      let text = String.fromCharCode(42 + (number % 50));
      for (let high = Math.floor(number / 50); high > 0; high = Math.floor(high / 34)) {
        text = String.fromCharCode(93 + (high % 34)) + text;
      }
      return text;
    })
    .join('');
}

/** Runs of neighbouring code points with the same `keyOf`. */
function runsOf(keyOf) {
  const runs = [];
  for (const code of codes) {
    const key = keyOf(code);
    if (key === undefined) continue;
    const last = runs.at(-1);
    if (last && last.end === code && last.key === key) last.end++;
    else runs.push({ start: code, end: code + 1, key });
  }
  return runs;
}
function numbersOf(runs, withKeys) {
  let at = 0;
  return runs.flatMap(({ start, end, key }) => {
    const gap = start - at;
    at = end;
    return withKeys ? [gap, end - start, key] : [gap, end - start];
  });
}
const ranges = holds =>
  encoded(
    numbersOf(
      runsOf(code => (holds(code) ? true : undefined)),
      false,
    ),
  );

/** A letter that has no case any more since Unicode 17. */
const changedSince = 0x295;

// For characters that are newer than Unicode 14 or changed since, patterns use the properties of an older character of
// the same kind.
const categories = 'Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Cf'.split(' ');
const scripts = 'Arabic Common Cyrillic Han Hiragana Kannada Katakana Lao Latin Egyptian_Hieroglyphs Balinese'.split(
  ' ',
);
const others = 'Alphabetic Uppercase Lowercase Emoji Extended_Pictographic'.split(' ');
const categoryOf = code =>
  categories.find(name => (known[`\\p{${name}}`] ? known[`\\p{${name}}`][code] : has(name, code)));
const kindOf = code =>
  [
    code > 0xffff,
    categoryOf(code),
    ...others.map(name => (name === 'Alphabetic' ? !!known['\\p{Alphabetic}'][code] : has(name, code))),
  ].join();
const scriptOf = code => scripts.find(name => has(`Script=${name}`, code)) ?? 'another';
const oldest = new Map();
for (const code of codes) {
  if (newer[code] || code < 0x250 || code === changedSince || !categoryOf(code)) continue;
  const kind = kindOf(code);
  for (const key of [kind, `${kind},${scriptOf(code)}`]) if (!oldest.has(key)) oldest.set(key, code);
}
const equivalentOf = code => {
  const kind = code === changedSince ? kindOf(0x296) : kindOf(code);
  return oldest.get(`${kind},${scriptOf(code)}`) ?? oldest.get(`${kind},another`) ?? oldest.get(kind);
};
const equivalents = [];
const equivalentRuns = runsOf(code => {
  if (code !== changedSince && (!newer[code] || known['\\p{Cn}'][code])) return undefined;
  const equivalent = equivalentOf(code);
  if (equivalent === undefined) throw new Error(`there is no older equivalent of U+${code.toString(16)}`);
  if (!equivalents.includes(equivalent)) equivalents.push(equivalent);
  return equivalents.indexOf(equivalent);
});

// Characters that the reference's normal forms leave unchanged although Unicode 14 or later changes them.
const changed = Object.fromEntries(Object.entries(said.changes).map(([name, { changed }]) => [name, setOf(changed)]));
const ordered = setOf(said.ordered);
const ccc = char => `\u0345${char}`.normalize('NFD')[0] !== '\u0345';
const isExempt = code => {
  const char = String.fromCodePoint(code);
  const isChanged = ['NFC', 'NFD', 'NFKC', 'NFKD'].some(form => char.normalize(form) !== char && !changed[form][code]);
  return isChanged || code === 0x11930 || (ccc(char) && !ordered[code]);
};

/** Older characters for which the reference's answer differs from Unicode 14 or from this platform. */
function differing(answer, property, isOld) {
  const set = setOf(said.kinds[answer]);
  const old = setOf(isOld);
  const ever = code => old[code] || has(property, code);
  return ranges(code => !newer[code] && !set[code] && ever(code));
}
const notPunctuation = differing('BertPreTokenizer apart', 'P', said.marks14.P);
const notMarks = differing('StripAccents removed', 'M', said.marks14.M);
const notAccents = differing('BertAccents removed', 'Mn', said.marks14.Mn);

const lowerCase = runsOf(code =>
  newer[code] && changed.Lowercase[code]
    ? String.fromCodePoint(code).toLowerCase().codePointAt(0) - code + 0x10000
    : undefined,
);

const file = `// Written by scripts/unicode-tables.mjs: do not edit. Runs of code points; code-point-set.ts reads them.
// Derived from the Unicode Character Database (Unicode License v3) and from the answers of the reference.
/** Code points that Unicode 14 does not assign. */
export const newerRuns: string = '${ranges(code => newer[code])}';
/** Code points of Unicode 14 whose properties have changed since. */
export const changedRuns: string = '${ranges(code => code === changedSince)}';
/**
 * The newer and changed code points that patterns know (Unicode 16). The third number of a run is the index of the
 * equivalent with the same properties.
 */
export const equivalentRuns: string = '${encoded(numbersOf(equivalentRuns, true))}';
/** Older characters with the properties of newer ones. */
export const equivalents: readonly number[] = ${JSON.stringify(equivalents).replaceAll(',', ', ')};
/** Older code points that the normal forms leave unchanged (they are of Unicode 9). */
export const exemptRuns: string = '${ranges(code => !newer[code] && isExempt(code))}';
/** Punctuation of Unicode 14 that is not punctuation in the reference (Unicode 8). */
export const notPunctuationRuns: string = '${notPunctuation}';
/** Marks of Unicode 14 that StripAccents keeps. */
export const notMarkRuns: string = '${notMarks}';
/** Nonspacing marks of Unicode 14 that BertNormalizer keeps. */
export const notAccentRuns: string = '${notAccents}';
/**
 * Upper case letters that are newer than Unicode 14. The third number of a run is the distance to the lower case letter
 * plus 0x10000.
 */
export const lowerCaseRuns: string = '${encoded(numbersOf(lowerCase, true))}';
`;
writeFileSync(new URL('../src/text/generated/unicode-tables.ts', import.meta.url), file);
