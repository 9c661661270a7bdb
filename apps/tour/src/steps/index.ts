import type { Step } from '../frame/step.js';
import { step as attention } from './attention/step.js';
import { step as beyond } from './beyond/step.js';
import { step as depth } from './depth/step.js';
import { step as learning } from './learning/step.js';
import { step as next } from './next/step.js';
import { step as perceptron } from './perceptron/step.js';
import { step as size } from './size/step.js';
import { step as tokens } from './tokens/step.js';
import { step as vectors } from './vectors/step.js';

/** The steps of the tour, in order. */
export const steps: readonly Step[] = [tokens, vectors, attention, perceptron, depth, next, learning, size, beyond];
