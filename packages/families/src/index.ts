export { type Config, ConfigReader } from './config.js';
export type { Composition, Family, Row } from './family.js';
export { gpt2 } from './gpt2.js';
export { families, familyOf } from './known.js';
export { llama } from './llama.js';
export { inOurNames, inTheirNames, type Place, placesIn, type StoredArrays } from './names.js';
export { rotaryFields } from './rope.js';
