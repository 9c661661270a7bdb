export type { Hypothesis } from './beam.js';
export { type BeamSearch, type BeamStep, beamSearch, type Logits } from './beam-search.js';
export type { BeamOptions } from './options.js';
