export { randomSchema } from './random-schema.js';
export { validatorOf } from './validator.js';
