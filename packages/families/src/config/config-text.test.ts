import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configText, t5Config, updateConfigText } from '../index.js';

const text = `{
  "architectures": [
    "T5Model"
  ],
  "initializer_factor": 1.0,
  "layer_norm_epsilon": 1e-06,
  "odd": {"a": [1.50, {}], "b": "},{\\"" },
  "torch_dtype": "float16"
}
`;

test('changed fields are replaced, the rest stays byte for byte', () => {
  expect(
    updateConfigText(text, {
      architectures: ['T5ForConditionalGeneration'],
      dtype: 'float32',
      torch_dtype: undefined,
    }),
  ).toBe(`{
  "architectures": [
    "T5ForConditionalGeneration"
  ],
  "initializer_factor": 1.0,
  "layer_norm_epsilon": 1e-06,
  "odd": {"a": [1.50, {}], "b": "},{\\"" },
  "dtype": "float32"
}
`);
});

test('an unchanged value keeps its text, a new float gets a decimal point', () => {
  expect(updateConfigText(text, { layer_norm_epsilon: 0.000001, torch_dtype: 'float16' })).toBe(text);
  expect(updateConfigText(text, { layer_norm_epsilon: 1 })).toContain('"layer_norm_epsilon": 1.0,');
});

test('objects on one line, without fields, and with other spaces', () => {
  expect(updateConfigText('{}', { a: 1 })).toBe('{"a": 1}');
  expect(updateConfigText('{ }\n', { a: 1 })).toBe('{ "a": 1}\n');
  expect(updateConfigText('{"a":1,"b":2.0,"c":3}', { a: undefined, c: undefined })).toBe('{"b":2.0}');
  expect(updateConfigText('{"a":1}', { a: undefined })).toBe('{}');
  expect(updateConfigText('{"a":1,"b":2.0}', { c: [1, { d: 2 }] })).toBe('{"a":1,"b":2.0,"c": [ 1, { "d": 2 } ]}');
  expect(updateConfigText('{\n\t"a": 1\n}', { b: { c: 1 } })).toBe('{\n\t"a": 1,\n "b": {\n  "c": 1\n }\n}');
});

test('the result is the object with the changes, for any object and any spaces', () => {
  const name = fc.oneof(fc.constantFrom('a', 'b', '"', '\\', ',', '__proto__'), fc.string());
  const object = fc.array(fc.tuple(name, fc.jsonValue()));
  fc.assert(
    fc.property(object, object, fc.nat(4), fc.array(name), (before, changes, indent, gone) => {
      const all = Object.fromEntries([...changes, ...gone.map(each => [each, undefined] as const)]);
      const original = Object.fromEntries(before);
      const after: object = JSON.parse(updateConfigText(JSON.stringify(original, null, indent), all));
      const expected = new Map([...Object.entries(original), ...Object.entries(all)]);
      for (const [each, value] of expected) if (value === undefined) expected.delete(each);
      expect(new Map(Object.entries(after))).toEqual(
        new Map(Object.entries(JSON.parse(JSON.stringify(Object.fromEntries(expected))))),
      );
    }),
  );
});

test('float fields of a new config have a decimal point at any depth; other numbers and texts do not', () => {
  const config = {
    ...t5Config({ vocab: 7, modelDim: 4, heads: 2, depth: 1, specialTokens: { eos: 1, pad: 0 } }),
    rope_scaling: { factor: 8 },
  };
  const written = configText({ ...config, note: '"factor": 3,', list: [1, 2] });
  expect(JSON.parse(written)).toMatchObject(config);
  expect(written).toContain('"initializer_factor": 1.0,\n');
  expect(written).toContain('"dropout_rate": 0.0,\n');
  expect(written).toContain('"factor": 8.0\n');
  expect(written).toContain('"vocab_size": 7,\n');
  expect(written).toContain('"note": "\\"factor\\": 3,",\n');
});
