import { report } from '../bombs/reading-process.js';
import type { BombTarget } from '../bombs/target.js';

/** Reports the names of the targets, and whether they have valid inputs to mutate. */
export const list = (targets: Readonly<Record<string, BombTarget>>): never => {
  for (const [target, { seeds }] of Object.entries(targets)) report({ target, isFuzzed: seeds !== undefined });
  process.exit(0);
};
