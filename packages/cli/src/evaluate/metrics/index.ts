export { type Bleu, bleu } from './bleu.js';
export { type Chrf, chrf } from './chrf.js';
