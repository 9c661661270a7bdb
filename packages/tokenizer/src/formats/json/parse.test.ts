import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Vocabulary } from '../../models/vocabulary.js';
import { MergeList, parseTokenizerJson } from './parse.js';

type Read = { model?: { vocab?: unknown; merges?: unknown } };

/** The parsed file with its tables as JSON (merges as pairs), and the tables that were read by patterns. */
function read(text: string): { json: unknown; tables: string[] } {
  const json = parseTokenizerJson(text) as Read;
  const tables: string[] = [];
  const { model } = json;
  if (model?.vocab instanceof Vocabulary) {
    tables.push('vocab');
    model.vocab = Object.fromEntries(model.vocab.entries());
  }
  if (model?.merges instanceof MergeList) {
    tables.push('merges');
    const names = new Map(Object.entries(model.vocab as Record<string, number>).map(([token, id]) => [id, token]));
    const tokens = model.merges.ids.map(id => names.get(id));
    model.merges = tokens.flatMap((left, at) => (at % 2 === 0 ? [[left, tokens[at + 1]]] : []));
  }
  return { json, tables };
}

/** A character, literal or escaped. */
const escaped = (text: string, mask: number) =>
  Array.from(
    JSON.stringify(text)
      .slice(1, -1)
      .matchAll(/\\u....|\\.|./gs),
    ([char], index) =>
      char.length === 1 && (mask >> (index % 8)) & 1 ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : char,
  ).join('');

const token = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 16 }),
  fc.string({ unit: fc.constantFrom('a', '"', '\\', 'Ġ', '\n', '{', '}', ',', ':', ' ', '\ud800'), maxLength: 5 }),
);
const blank = fc.constantFrom('', ' ', '\n  ', '\t', '\r\n');
const document = fc
  .record({
    vocab: fc.uniqueArray(token, { maxLength: 8 }),
    merges: fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 5 }),
    isPairs: fc.boolean(),
    first: fc.constantFrom('vocab', 'merges'),
    other: fc.jsonValue({ maxDepth: 2 }),
    mask: fc.nat(255),
    blank,
  })
  .map(({ vocab, merges, isPairs, first, other, mask, blank }) => {
    const pairs = vocab.length === 0 ? [] : merges.map(pair => pair.map(at => vocab[at % vocab.length]!));
    const quoted = (text: string) => `"${escaped(text, mask)}"`;
    const list = (parts: string[]) => parts.join(`${blank},${blank}`);
    const entries = vocab.map((each, id) => `${quoted(each)}${blank}:${blank}${id}`);
    const tables = {
      vocab: `"vocab"${blank}:${blank}{${list(entries)}${blank}}`,
      merges: `"merges":${blank}[${blank}${list(
        pairs.map(([left, right]) =>
          isPairs ? `[${quoted(left!)},${blank}${quoted(right!)}]` : quoted(`${left} ${right}`),
        ),
      )}]`,
    };
    const both = first === 'vocab' ? [tables.vocab, tables.merges] : [tables.merges, tables.vocab];
    const value = JSON.stringify(other);
    return `{${blank}"other": ${value},${blank}"model":${blank}{${list([...both, `"x": ${value}`])}}}`;
  });

test('equals JSON.parse, whatever the tokens, blanks and escapes', () => {
  let byPatterns = 0;
  fc.assert(
    fc.property(document, text => {
      const whole = JSON.parse(text) as Read;
      const { json, tables } = read(text);
      if (tables.includes('merges')) {
        whole.model!.merges = (whole.model!.merges as (string | string[])[]).map(each =>
          typeof each === 'string' ? each.split(' ') : each,
        );
      }
      expect(json).toEqual(whole);
      byPatterns += tables.length;
    }),
    { numRuns: 300 },
  );
  expect(byPatterns).toBeGreaterThan(100);
});

test('reads both notations of merges', () => {
  expect(read('{"model":{"vocab":{"a":0,"b":1},"merges":["a b","a \\u0061"]}}')).toEqual({
    json: {
      model: {
        vocab: { a: 0, b: 1 },
        merges: [
          ['a', 'b'],
          ['a', 'a'],
        ],
      },
    },
    tables: ['vocab', 'merges'],
  });
  expect(read('{"model": {"vocab": {"a": 0}, "merges": [["a", "a"]]}}').tables).toEqual(['vocab', 'merges']);
});

test.each([
  ['a name twice', '{"model":{"vocab":{"a":0,"a":1}}}'],
  ['two vocabularies', '{"model":{"vocab":{"a":0},"vocab":{"b":0}}}'],
  ['two models', '{"model":{"vocab":{"a":0}},"model":{"type":"BPE"}}'],
  ['two names that are the same', '{"model":{"vocab":{"a":0},"voc\\u0061b":{"b":3}}}'],
  ['two models whose names are the same', '{"model":{"vocab":{"a":0}},"mod\\u0065l":{"vocab":7}}'],
  ['an empty vocabulary', '{"model":{"vocab":{}}}'],
  ['a list of scores', '{"model":{"vocab":[["a",-1.5]]}}'],
  ['ids that are no whole numbers', '{"model":{"vocab":{"a":0,"b":1.5}}}'],
  ['an id below 0', '{"model":{"vocab":{"a":-1}}}'],
  ['an id that two have', '{"model":{"vocab":{"a":1,"b":1}}}'],
  ['an id out of range', '{"model":{"vocab":{"a":99999999}}}'],
  ['merges before the vocabulary', '{"model":{"merges":["a a"],"vocab":{"a":0}}}'],
  ['a merge of the unknown', '{"model":{"vocab":{"a":0},"merges":["a b"]}}'],
  ['merges of three', '{"model":{"merges":["a b c"]}}'],
  ['a vocabulary elsewhere', '{"vocab":{"a":0},"x":{"vocab":{"a":0},"model":{"vocab":{"a":0}}}}'],
  ['a model that is a list', '{"model":[{"vocab":{"a":0}}]}'],
  ['names in strings', '{"x":"\\"model\\":{","model":{"y":"\\"vocab\\": {","z":["vocab"]}}'],
])('%s: JSON.parse reads it', (_, text) => {
  expect(read(text)).toEqual({ json: JSON.parse(text), tables: [] });
});

test.each([
  '{"model":{"vocab":{"a":0,}}}',
  '{"model":{"vocab":{"a":0}}',
  '{"model":{"vocab":{"a":01}}}',
  '{"model":{"vocab":{"a\n":0}}}',
  '{"model":{"vocab":{"\\x":0}}}',
  '{"model":{"vocab":{"a":0} "merges":[]}}',
  '{"model":{"vocab":{"a":0}}}}',
  '{"model":{"vocab":{"a":0',
  '{"model":\u00a0{"vocab":\u00a0{"a":0}}}',
])('%s is no JSON, and the error is that of JSON.parse', text => {
  const errorOf = (parse: (text: string) => unknown) => {
    try {
      return parse(text);
    } catch (error) {
      return String(error);
    }
  };
  expect(errorOf(parseTokenizerJson)).toBe(errorOf(JSON.parse));
});

test('a string of a million escapes is read', () => {
  const text = `{"x":"${'\\n'.repeat(1_000_000)}","model":{"vocab":{"${'\\\\'.repeat(100_000)}":0}}}`;
  expect(read(text).json).toEqual(JSON.parse(text));
});
