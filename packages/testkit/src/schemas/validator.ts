import type { ValidateFunction } from 'ajv';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** What another implementation, ajv, says of values. */
export function validatorOf(schema: unknown): ValidateFunction {
  const ajv = new Ajv.default({ strict: false, multipleOfPrecision: 9, logger: false });
  addFormats.default(ajv);
  return ajv.compile(schema as object);
}
