export type { Check, Numbers } from './compare.js';
export type { Outputs } from './outputs.js';
export { dump, type ParityReport, parity } from './parity.js';
