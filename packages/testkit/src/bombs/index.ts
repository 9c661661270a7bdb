/** Hostile inputs: made from a valid document, read in a process that may die of them. */
export { type Bomb, type BombOptions, bombsOf } from './bombs-of.js';
export { type BombLimits, type BombResults, runBombs } from './run-bombs.js';
export type { BombResult, BombTarget, Outcome } from './target.js';
