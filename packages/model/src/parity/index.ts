export type { Outputs } from './causal.js';
export type { Check, Numbers } from './compare.js';
export { dump, type ParityReport, parity } from './parity.js';
