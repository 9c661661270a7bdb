import type { ValidateFunction } from 'ajv';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** What another implementation, ajv, says of values. */
export function validatorOf(schema: unknown): ValidateFunction {
  const ajv = new Ajv.default({ strict: false, multipleOfPrecision: 9, logger: false });
  addFormats.default(ajv);
  // ajv knows this draft alone; what earlier ones wrote in another way is refused by it.
  const { $schema: _, ...rest } = schema as Record<string, unknown>;
  return ajv.compile(typeof schema === 'object' ? rest : (schema as object));
}
