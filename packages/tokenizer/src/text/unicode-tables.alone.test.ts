import { createHash } from 'node:crypto';
import { readFixtureText } from '@residual/testkit/read-fixture';
import { afterEach, expect, test, vi } from 'vitest';
import type { Component } from '../formats/json/components.js';
import { Fields } from '../formats/json/fields.js';
import { bert as bertNormalizer } from '../normalizers/bert.js';
import { lowercase } from '../normalizers/lowercase.js';
import { type Normalizer, normalizeText } from '../normalizers/normalizer.js';
import { stripAccents } from '../normalizers/strip-accents.js';
import { nfc, nfd, nfkc, nfkd } from '../normalizers/unicode.js';
import { contiguous, isolated, removed } from '../pre-tokenizers/character-classes.js';
import { bert, digits, punctuation, whitespace, whitespaceSplit } from '../pre-tokenizers/characters.js';
import type { PreTokenizer } from '../pre-tokenizers/pre-tokenizer.js';
import { translateRegex } from '../regex/translate.js';
import { regexMatcher } from './pattern.js';
import { olderEquivalent, withOlderEquivalents } from './unicode-version.js';

/** The answers of the reference (tokenizers 0.23.3) for every code point, as runs: gap and length in base 36. */
interface Said {
  readonly unassigned14: string;
  readonly patterns: Readonly<Record<string, string>>;
  readonly kinds: Readonly<Record<string, string>>;
  readonly changes: Readonly<Record<string, { readonly changed: string; readonly sha256: string }>>;
  readonly ordered: string;
}
const answers = JSON.parse(readFixtureText('unicode/reference/properties.json')) as Said;
/** Every code point of the planes that have characters, and some of the others. */
const chars = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter(code => code < 0x40000 || (code >= 0xe0000 && code < 0xe1000) || code % 509 === 0)
  .filter(code => code < 0xd800 || code > 0xdfff)
  .map(code => String.fromCodePoint(code));
const joined = chars.join('');

/** The number of characters that are in one of two sets but not in the other, which the file lists. */
function differing(members: Iterable<string>, runs: string): number {
  const [own, asked] = [new Set(members), membersOf(runs)];
  return chars.filter(char => own.has(char) !== (asked[char.codePointAt(0)!] === 1)).length;
}
function membersOf(runs: string): Uint8Array {
  const members = new Uint8Array(0x110000);
  let at = 0;
  for (const [index, text] of runs.split(' ').entries()) {
    const length = Number.parseInt(text, 36);
    if (index % 2 === 1) members.fill(1, at, at + length);
    at += length;
  }
  return members;
}
const later = membersOf(answers.unassigned14);
const isLater = (char: string) => later[char.codePointAt(0)!] === 1;

/** Newer characters of these scripts beyond U+FFFF are of kinds that none of their older ones have. */
const unevenScripts = /Latin|Cyrillic|Arabic|Common/;

test('patterns match the same code points as in the reference', () => {
  const standing = withOlderEquivalents(joined, () => false);
  expect(standing).toHaveLength(joined.length);
  const wrong: Record<string, number> = {};
  for (const [source, runs] of Object.entries(answers.patterns)) {
    if (unevenScripts.test(source)) continue;
    const found = Array.from(standing.matchAll(translateRegex(source, 'pattern')), ({ index }) =>
      String.fromCodePoint(joined.codePointAt(index)!),
    );
    const count = differing(found, runs);
    if (count > 0) wrong[source] = count;
  }
  expect(wrong).toEqual({});
});

test('the platform decides only about characters of Unicode 14 and noncharacters', () => {
  const isNoncharacter = (code: number) => (code & 0xfffe) === 0xfffe || (code >= 0xfdd0 && code < 0xfdf0);
  for (const char of chars) {
    const asked = olderEquivalent(char);
    if (later[asked.codePointAt(0)!] || asked.length !== char.length) throw new Error(`${char} is asked as ${asked}`);
    const isOther = asked !== char;
    if (isOther !== (isLater(char) || char === '\u0295')) throw new Error(`${char} is asked as ${asked}`);
  }
  expect(isNoncharacter(olderEquivalent('\u0378').codePointAt(0)!)).toBe(true);
});

test('a pattern that names newer characters matches them', () => {
  const ranges = (source: string, text: string) => {
    const found: number[] = [];
    regexMatcher(source, 'pattern')(text, 0, text.length, found);
    return found;
  };
  expect(ranges('\u{1fae9}|[\u0800-\u4e00]', '\u{1fae9}a\u088f')).toEqual([0, 2, 3, 4]);
  expect(ranges('\\p{L}+', '\u088f\u{16d40}a')).toEqual([1, 4]);
});

const read = <T>(component: Component<T>, values: object = {}) =>
  component.fromJson(new Fields(values, 'component', component.fields), []);
const kindOf = (stages: PreTokenizer, kind: number) => {
  const ask = stages[0]!.classify!;
  return chars.filter(char => ask(char) === kind);
};

test('pre-tokenizers treat every code point as the reference does', () => {
  const own: Record<string, string[]> = {
    'BertPreTokenizer apart': kindOf(read(bert), isolated),
    'BertPreTokenizer gap': kindOf(read(bert), removed),
    'Whitespace run': kindOf(read(whitespace), contiguous),
    'Whitespace gap': kindOf(read(whitespace), removed),
    'WhitespaceSplit gap': kindOf(read(whitespaceSplit), removed),
    'Punctuation apart': kindOf(read(punctuation), isolated),
    'Digits apart': kindOf(read(digits, { individual_digits: true }), isolated),
  };
  const wrong = Object.keys(own).filter(name => differing(own[name]!, answers.kinds[name]!) > 0);
  expect(wrong).toEqual([]);
});

const bertOf = (flags: object) =>
  read(bertNormalizer, {
    clean_text: false,
    handle_chinese_chars: false,
    strip_accents: false,
    lowercase: false,
    ...flags,
  });
const normalizers: Record<string, Normalizer> = {
  NFC: read(nfc),
  NFD: read(nfd),
  NFKC: read(nfkc),
  NFKD: read(nfkd),
  Lowercase: read(lowercase),
  StripAccents: read(stripAccents),
  BertClean: bertOf({ clean_text: true }),
  BertAccents: bertOf({ strip_accents: true }),
};

test.each(Object.entries(normalizers))(
  '%s makes of every code point what the reference makes of it',
  (name, normalize) => {
    const between = name.startsWith('NF') ? '\x01' : '|';
    const parts = normalizeText(between + chars.join(between) + between, normalize)
      .split(between)
      .slice(1, -1);
    parts.splice(between.charCodeAt(0), 2, between); // the separator itself
    expect(parts).toHaveLength(chars.length);
    const changed = chars.flatMap((char, index) => (parts[index] === char ? [] : [index]));
    expect(
      differing(
        changed.map(index => chars[index]!),
        answers.changes[name]!.changed,
      ),
    ).toBe(0);
    const written = changed
      .flatMap(index => (chars[index]! < '\ud8c0' || chars[index]! > '\udfff' ? [parts[index]] : []))
      .join('\x01');
    expect(createHash('sha256').update(written).digest('hex')).toBe(answers.changes[name]!.sha256);
  },
);

test('marks are ordered as in the reference', () => {
  const text = chars.map(char => `\u0345${char}\x01`).join('');
  const parts = normalizeText(text, normalizers.NFD!).split('\x01');
  parts.splice(1, 2, '\u0345');
  const first = chars.filter((char, index) => char !== '\u0345' && !parts[index]!.startsWith('\u0345'));
  expect(differing(first, answers.ordered)).toBe(0);
});

afterEach(() => vi.restoreAllMocks());

const texts = [
  'a\u{1e030}b \u0378c\u{16d40}d \u{11bc0}1\u{1fae9}e\u{10d50}f',
  '\u{105d2}\u0307x e\u0301\u{11b61} \u{11de0}\u{1e5ff}! \u{16ea0}X\u1acf \u{3134a}',
];
const names = ['bpe-gpt2', 'wordpiece-bert', 'unigram-t5', 'bpe-clip'];

/** Ids from fresh modules, which have no caches of another platform. */
async function idsOfAll() {
  vi.resetModules();
  const { tokenizerFromJson } = await import('../formats/json/load.js');
  return names.map(name => {
    const tokenizer = tokenizerFromJson(readFixtureText(`tokenizers/${name}/tokenizer.json`));
    return texts.map(text => {
      const { ids, offsets } = tokenizer.encode(text);
      return [Array.from(ids), offsets, tokenizer.encode(text.repeat(2)).ids];
    });
  });
}

test.each(['A', '\u0301', '!', '1'])(
  'ids are the same where the platform takes every newer character for %j',
  async like => {
    const expected = await idsOfAll();
    const disguised = (text: string) =>
      Array.from(text, char => (isLater(char) ? (char.length === 1 ? like : `${like}\u200b`) : char)).join('');
    const { exec } = RegExp.prototype;
    vi.spyOn(RegExp.prototype, 'exec').mockImplementation(function (this: RegExp, text: string) {
      if (!this.source.includes('\\p{') && !this.source.includes('\\P{')) return exec.call(this, text);
      const found = exec.call(this, disguised(text));
      if (found) found[0] = text.slice(found.index, found.index + found[0].length);
      return found;
    });
    const { normalize, toLowerCase } = String.prototype;
    vi.spyOn(String.prototype, 'normalize').mockImplementation(function (this: string, form?: string) {
      return normalize.call(disguised(String(this)), form);
    });
    vi.spyOn(String.prototype, 'toLowerCase').mockImplementation(function (this: string) {
      return toLowerCase.call(disguised(String(this)));
    });
    const other = await idsOfAll();
    vi.restoreAllMocks();
    expect(other).toEqual(expected);
  },
);
