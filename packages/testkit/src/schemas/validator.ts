import type { ValidateFunction } from 'ajv';
import Draft7 from 'ajv';
import Draft2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** What another implementation, ajv, says of values. Throws for a schema that it does not understand. */
export function validatorOf(schema: unknown): ValidateFunction {
  const isDraft7 = /draft-07/.test(String((schema as { $schema?: unknown })?.$schema));
  const Ajv = isDraft7 ? Draft7.default : Draft2020.default;
  const ajv = new Ajv({ strict: false, multipleOfPrecision: 9, logger: false });
  addFormats.default(ajv);
  return ajv.compile(schema as object);
}
