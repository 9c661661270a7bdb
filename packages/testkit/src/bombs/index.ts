/** Hostile inputs: created from valid documents, read in a separate process. */
export { type Bomb, type BombOptions, bombsOf } from './bombs-of.js';
export { type BombLimits, type BombResults, runBombs } from './run-bombs.js';
export type { BombResult, BombTarget, Outcome } from './target.js';
