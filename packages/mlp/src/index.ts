export { type GatedMlp, gatedMlp } from './gated.js';
export { type Mlp, type MlpOptions, mlp } from './plain.js';
