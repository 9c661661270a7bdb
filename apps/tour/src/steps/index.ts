import type { Step } from '../frame/step.js';
import { step as next } from './next/step.js';
import { step as tokens } from './tokens/step.js';
import { step as vectors } from './vectors/step.js';

/** The steps of the tour, in order. */
export const steps: readonly Step[] = [tokens, vectors, next];
