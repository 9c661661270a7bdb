export type { BoundLayer } from './bound-layer.js';
export {
  type AblateOptions,
  ablate,
  addNoise,
  type NoiseOptions,
  type PatchOptions,
  patch,
  type SteerOptions,
  steer,
  type Vector,
} from './hooks/hooks.js';
export type { Selection } from './hooks/selection.js';
export type { ModelInput, TokenIds } from './model-input.js';
export { pathOfName } from './names/transformer-lens.js';
export { type Run, type RunOptions, run } from './run.js';
export { type Anatomy, anatomyOf, type Block, type BlockPart, type FinalNorm } from './structure/anatomy.js';
