export { type GatedMlp, gatedMlp } from './gated.js';
export type { AnyActivation, MlpOptions } from './options.js';
export { type Mlp, mlp } from './plain.js';
