import fc from 'fast-check';

const names = ['a', 'b', 'foo', 'bar', 'é', 'with space', '"quoted"', '$ref', 'a/b'];
const name = fc.constantFrom(...names);
const count = fc.integer({ min: 0, max: 4 });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const bound = fc.oneof(fc.integer({ min: -120, max: 120 }), fc.constantFrom(0.5, -0.25, 2.71, 1e6, 0.001));
const value = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    fc.constantFrom<unknown>(null, true, false, 0, -1, 7, 2.5, '', 'foo', 'a"\n', '🙂'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

/** A record without the fields that are undefined. */
const record = (fields: Record<string, fc.Arbitrary<unknown>>) =>
  fc
    .record(Object.fromEntries(Object.entries(fields).map(([key, each]) => [key, optional(each)])))
    .map(all => Object.fromEntries(Object.entries(all).filter(([, each]) => each !== undefined)));

const patterns = ['^a', 'o$', '^[a-z]{2,4}$', '\\d', '^\\p{L}+$', '^(?:foo|ba[rz])?$', '.'];
const formats = ['date', 'time', 'date-time', 'uuid', 'ipv4', 'email', 'duration', 'hostname', 'uri', 'ipv6'];

/** Schemas with all keywords that are understood, most of which some value obeys. */
export const randomSchema: fc.Arbitrary<unknown> = fc
  .letrec<{ schema: unknown }>(tie => {
    const schema = tie('schema');
    const list = (min: number) => fc.array(schema, { minLength: min, maxLength: 3 });
    return {
      schema: fc.oneof(
        { maxDepth: 3, depthSize: 'small' },
        { weight: 1, arbitrary: fc.constantFrom<unknown>(true, {}, { $ref: '#' }, { $ref: '#/$defs/own' }) },
        { weight: 1, arbitrary: value.map(each => ({ const: each })) },
        { weight: 1, arbitrary: fc.array(value, { minLength: 1, maxLength: 4 }).map(each => ({ enum: each })) },
        {
          weight: 1,
          arbitrary: fc.constantFrom('null', 'boolean', 'integer', 'number', 'string').map(type => ({ type })),
        },
        {
          weight: 2,
          arbitrary: fc.record({ type: fc.constant('string') }).chain(base =>
            record({
              minLength: count,
              maxLength: fc.integer({ min: 3, max: 9 }),
              pattern: fc.constantFrom(...patterns),
            }).map(each => ({ ...base, ...each })),
          ),
        },
        { weight: 1, arbitrary: fc.constantFrom(...formats).map(format => ({ type: 'string', format })) },
        {
          weight: 2,
          arbitrary: record({
            minimum: bound,
            maximum: bound,
            exclusiveMinimum: bound,
            exclusiveMaximum: bound,
            multipleOf: fc.constantFrom(1, 2, 3, 0.5, 0.25, 10),
          }).chain(each => fc.constantFrom('integer', 'number').map(type => ({ type, ...each }))),
        },
        {
          weight: 3,
          arbitrary: record({
            prefixItems: list(1),
            items: fc.oneof(schema, fc.constant(false)),
            minItems: fc.integer({ min: 0, max: 2 }),
            maxItems: fc.integer({ min: 1, max: 4 }),
            contains: schema,
          }).map(each => ({ type: 'array', ...each })),
        },
        {
          weight: 4,
          arbitrary: record({
            properties: fc.dictionary(name, schema, { maxKeys: 4, noNullPrototype: true }),
            required: fc.uniqueArray(name, { maxLength: 2 }),
            additionalProperties: fc.oneof(fc.boolean(), schema),
            patternProperties: fc.dictionary(fc.constantFrom(...patterns), schema, {
              maxKeys: 2,
              noNullPrototype: true,
            }),
            minProperties: fc.integer({ min: 0, max: 2 }),
            maxProperties: fc.integer({ min: 1, max: 5 }),
            propertyNames: fc.constantFrom<unknown>({ maxLength: 5 }, { pattern: '^[a-f]' }, true),
            dependentRequired: fc.constantFrom<unknown>({ a: ['b'] }, {}),
          }).map(each => ({ type: 'object', ...each })),
        },
        { weight: 1, arbitrary: list(1).map(anyOf => ({ anyOf })) },
        { weight: 1, arbitrary: list(1).map(oneOf => ({ oneOf })) },
        { weight: 1, arbitrary: list(1).map(allOf => ({ allOf })) },
        { weight: 1, arbitrary: schema.map(not => ({ not })) },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        { weight: 1, arbitrary: record({ if: schema, then: schema, else: schema }) },
      ),
    };
  })
  .schema.chain(root =>
    fc
      .constantFrom<unknown>({ type: 'integer' }, { type: ['null', 'array'], items: { $ref: '#/$defs/own' } })
      .map(own => (typeof root === 'object' ? { ...root, $defs: { own } } : root)),
  );
