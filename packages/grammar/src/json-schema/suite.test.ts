import { readFixtureText } from '@residual/testkit/read-fixture';
import { expect, test } from 'vitest';
import { compileGrammar, type Grammar } from '../grammar.js';
import { inAllOrders, spacedJson } from '../testing/json.js';

interface Group {
  readonly description: string;
  readonly schema: unknown;
  readonly tests: readonly { readonly description: string; readonly data: unknown; readonly valid: boolean }[];
}

const suite: Readonly<Record<string, readonly Group[]>> = JSON.parse(readFixtureText('json-schema/draft2020-12.json'));

/** The grammar of a schema; undefined if it is refused by its path, null if no value obeys it. */
function compile(schema: unknown): Grammar | undefined | null {
  try {
    return compileGrammar({ schema });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    expect(message).toMatch(/^grammar: schema: #/);
    return code === 'grammar' ? null : undefined;
  }
}

/** Groups of valid instances that are not written, since a format or number has narrower texts here. */
const isNarrower = (file: string) => /format|bignum|float-overflow/.test(file);

test('of the JSON Schema Test Suite, no invalid instance is accepted, and each valid one that is covered', () => {
  let [understood, all] = [0, 0];
  const wrong: string[] = [];
  const missing: string[] = [];
  for (const [file, groups] of Object.entries(suite)) {
    for (const { description, schema, tests } of groups) {
      all++;
      const grammar = compile(schema);
      if (grammar === undefined) continue;
      understood++;
      for (const { description: name, data, valid } of tests) {
        const isAccepted =
          grammar !== null && [...inAllOrders(data, 60)].some(each => grammar.accepts(spacedJson(each)));
        if (isAccepted !== valid && !(valid && isNarrower(file)))
          (valid ? missing : wrong).push(`${file}: ${description}: ${name}`);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(missing).toEqual([
    // Names that the schema does not hold count once towards minProperties.
    'dependentSchemas: dependencies with escaped characters: quoted tab',
    // Its metaschema, elsewhere, says that no keyword of validation counts.
    'vocabulary: schema that uses custom metaschema with with no validation vocabulary: ' +
      'no validation: invalid number, but it still validates',
  ]);
  expect([understood, all]).toEqual([326, 406]);
});
