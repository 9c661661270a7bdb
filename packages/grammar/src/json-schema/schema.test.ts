import { expect, test } from 'vitest';
import { compileGrammar, type GrammarOptions } from '../grammar.js';
import { thrownMessage } from '../testing/thrown.js';

const accepts = (schema: unknown, texts: readonly string[], options: Partial<GrammarOptions> = {}) => {
  const grammar = compileGrammar({ schema, ...options });
  return texts.filter(text => grammar.accepts(text));
};

test('properties come in their order, then those without a name in the schema', () => {
  const schema = {
    properties: { b: { const: 1 }, a: { const: 2 } },
    required: ['b'],
    additionalProperties: { const: 3 },
  };
  const objects = ['{"b": 1}', '{"b": 1, "a": 2}', '{"b": 1, "c": 3, "d": 3}', '{"b": 1, "a": 2, "c": 3}'];
  const others = ['{"a": 2, "b": 1}', '{"a": 2}', '{"b": 1, "a": 3}', '{"c": 3, "b": 1}', '{"b": 1,"a": 2}', '{}'];
  expect(accepts({ type: 'object', ...schema }, [...objects, ...others])).toEqual(objects);
});

test('white space is none, one space, or any', () => {
  const schema = { type: 'array', items: { type: 'object', properties: { a: true } } };
  const texts = ['[{"a":1},{}]', '[{"a": 1}, {}]', '[ {\n  "a" : 1\n},{ }]'];
  expect((['compact', 'spaced', 'any'] as const).map(whitespace => accepts(schema, texts, { whitespace }))).toEqual([
    texts.slice(0, 1),
    texts.slice(1, 2),
    texts,
  ]);
});

test('strings are escaped as JSON.stringify does, and counted in code points', () => {
  const texts = ['"🙂"', '"\\n"', '"é"', '"\\u001f"', '"\\"\\\\"', '"ab"'];
  const others = ['"\\u000a"', '"\\u00e9"', '"\\u001F"', '"\n"', '"abc"', '""', '"\\/"'];
  expect(accepts({ type: 'string', minLength: 1, maxLength: 2 }, [...texts, ...others])).toEqual(texts);
});

test('bounds of numbers are exact on their digits', () => {
  const schema = { exclusiveMinimum: -0.1, maximum: 10.25, type: 'number' };
  const texts = ['0', '-0.09', '10.25', '10.249999999999', '9.99', '-0.099999999', '0.000001'];
  const others = ['-0.1', '10.250001', '11', '-1', '-0', '1.0', '01', '1e1', '0.1234567890123456', '-0.5'];
  expect(accepts(schema, [...texts, ...others])).toEqual(texts);
  expect(accepts({ type: 'integer', multipleOf: 12, minimum: -24 }, ['-24', '-36', '0', '144', '146'])).toEqual([
    ...['-24', '0', '144'],
  ]);
});

test('keywords of earlier drafts and of OpenAPI 3.0 mean what they meant', () => {
  expect(
    accepts({ items: [{ const: 1 }], additionalItems: { const: 2 }, type: 'array' }, ['[]', '[1, 2, 2]', '[2]']),
  ).toEqual(['[]', '[1, 2, 2]']);
  expect(accepts({ type: 'integer', minimum: 3, exclusiveMinimum: true, maximum: 5 }, ['3', '4', '5'])).toEqual([
    '4',
    '5',
  ]);
  expect(accepts({ type: 'boolean', nullable: true }, ['null', 'true', '1'])).toEqual(['null', 'true']);
  const dependent = {
    type: 'object',
    dependencies: { a: ['b'], c: { maxProperties: 1 } },
    additionalProperties: false,
    properties: { a: true, b: true, c: true },
  };
  const objects = ['{"a": 1, "b": 2}', '{"b": 2}', '{"c": 3}'];
  expect(accepts(dependent, [...objects, '{"a": 1}', '{"b": 2, "c": 3}'])).toEqual(objects);
});

test('unevaluatedProperties speaks of what no schema around it speaks of', () => {
  const schema = {
    type: 'object',
    properties: { a: true },
    allOf: [{ $ref: '#/$defs/b' }, { patternProperties: { '^x': true } }],
    unevaluatedProperties: { type: 'null' },
    $defs: { b: { properties: { b: true } } },
  };
  const objects = ['{"a": 1, "b": 2}', '{"x1": 3}', '{"other": null}'];
  expect(accepts(schema, [...objects, '{"other": 1}'])).toEqual(objects);
  const decided = { ...schema, anyOf: [{ properties: { c: true } }] };
  expect(thrownMessage(() => compileGrammar({ schema: decided }))).toBe(
    'grammar: schema: #/anyOf decides what unevaluatedProperties means, which is not supported',
  );
});

test('properties that make up the least number have names of different lengths', () => {
  const schema = { type: 'object', additionalProperties: { const: 1 }, minProperties: 2 };
  const objects = ['{"ab": 1, "c": 1}', '{"ab": 1, "c": 1, "c": 1}'];
  expect(accepts(schema, [...objects, '{"a": 1}', '{"a": 1, "a": 1}', '{}'])).toEqual(objects);
});

test('elements that differ come in any order if they are few, else by their first characters', () => {
  const few = { type: 'array', items: { enum: ['b', 'a', 3, null] }, uniqueItems: true, minItems: 1, maxItems: 3 };
  const lists = ['["a", "b"]', '["b", 3, "a"]', '[null]'];
  expect(accepts(few, [...lists, '[]', '["a", "a"]', '[3, "a", 3]', '["a", "b", 3, null]'])).toEqual(lists);
  const words = {
    type: 'array',
    items: { type: ['string', 'integer'], minLength: 1, maxLength: 9 },
    uniqueItems: true,
  };
  const ascending = ['["apple", "ball", "\\n"]', '[-1, 2, 31, "é"]', '[]'];
  expect(accepts(words, [...ascending, '["ball", "apple"]', '["a", "a"]', '[""]', '[1, 1]'])).toEqual(ascending);
});

test('lookaheads at the start of a pattern hold', () => {
  const schema = { type: 'string', pattern: '^(?!.*--)(?=[^x]{2})[a-z-]+$' };
  expect(accepts(schema, ['"a-b"', '"a--b"', '"ax"', '"a"', '"abx"'])).toEqual(['"a-b"', '"abx"']);
  expect(thrownMessage(() => accepts({ pattern: 'a(?!b)' }, []))).toMatch(/a lookahead, which is not regular, at 1/);
});

test('schemas that contain themselves nest', () => {
  const schema = {
    $ref: '#/$defs/list',
    $defs: { list: { type: ['array', 'null'], items: { $ref: '#/$defs/list' } } },
  };
  expect(accepts(schema, ['null', '[]', '[[null, []], [[]]]', '[1]', '[[null]'])).toEqual([
    'null',
    '[]',
    '[[null, []], [[]]]',
  ]);
});

test.each([
  [{ type: 'strong' }, '#/type is "strong"; types are null, boolean, integer, number, string, array, object'],
  [{ properties: { a: { minLength: -1 } } }, '#/properties/a/minLength is -1; it must be a whole number from 0'],
  [{ items: { unevaluatedItems: false } }, '#/items/unevaluatedItems is a keyword that is not understood'],
  [{ anyOf: [{ pattern: '(?=a)' }] }, '#/anyOf/0/pattern: a lookahead, which is not regular, at 0 in "(?=a)"'],
  [{ $ref: '#/$defs/a' }, '#/$ref refers to "#/$defs/a", which this schema does not hold'],
  [{ allOf: [{ $ref: '#' }] }, '# refers to itself without end'],
  [
    { items: { type: 'array' }, uniqueItems: true },
    '#/uniqueItems cannot be obeyed exactly for arrays and objects, unless maxItems is 0 or 1',
  ],
  [{ properties: { 'a/b': 3 } }, '#/properties/a~1b is 3; a schema is an object, true or false'],
])('%j is refused by its path', (schema, message) => {
  expect(thrownMessage(() => compileGrammar({ schema }))).toBe(`grammar: schema: ${message}`);
});

test('what would need too many states is refused by its path and with both numbers', () => {
  const named = <T>(count: number, of: (index: number) => T) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, of(index)]));
  const refused = (schema: unknown) => thrownMessage(() => compileGrammar({ schema }));
  let deep: unknown = true;
  for (let level = 0; level < 2000; level++) deep = { items: deep };
  expect([
    refused({ items: { multipleOf: 99.73 } }),
    refused({ items: { properties: named(500, () => ({ type: 'null' })), maxProperties: 100 } }),
    refused({ dependentRequired: named(20, index => [`p${index + 1}`]) }),
    refused({ items: { type: 'string', pattern: '^(?:a{1,9}b){9999}$' } }),
    refused(deep),
  ]).toEqual([
    'grammar: schema: #/items/multipleOf is 99.73; it must be at most 2000 without its decimal point',
    'grammar: schema: #/items has 500 properties, of which 0 to 100 are written: 50601 states; 20000 would fit',
    'grammar: schema: #: 2048 alternatives are too many; 2000 would fit',
    'grammar: schema: #/items/pattern needs 179984 states, each count included; 50000 would fit',
    'grammar: schema: # is nested in more than 1000 levels',
  ]);
});

test('a schema that no value obeys is refused, with the part that allows none', () => {
  const schema = { type: 'object', properties: { a: { type: 'integer', minimum: 3, maximum: 2 } }, required: ['a'] };
  expect(thrownMessage(() => compileGrammar({ schema }))).toBe(
    'grammar: schema: # is obeyed by no value that can be written: #/properties/a allows none',
  );
  const endless = { type: 'object', properties: { next: { $ref: '#' } }, required: ['next'] };
  expect(thrownMessage(() => compileGrammar({ schema: endless }))).toBe(
    'grammar: schema: # is obeyed by no value that can be written',
  );
});
