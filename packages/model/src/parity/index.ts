export type { Check, Numbers } from './compare.js';
export type { Outputs } from './outputs.js';
export { packedParity } from './packed-parity.js';
export { dump, type ParityReport, parity } from './parity.js';
