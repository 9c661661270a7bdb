export { type GatedMlp, gatedMlp } from './gated.js';
export { type AnyActivation, type Mlp, type MlpOptions, mlp } from './plain.js';
