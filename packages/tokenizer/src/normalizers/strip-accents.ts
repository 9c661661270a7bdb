import type { Reader } from '../components.js';
import { notMarkRuns } from '../generated/unicode-tables.js';
import { laterAnd } from '../later.js';
import type { Normalizer } from './normalizer.js';

/** Marks, and the two that are letters since Unicode 12. */
const mark = /[\p{M}\u1cf2\u1cf3]/gu;
/** Whether it is no mark in the reference, which knows those of Unicode 9. */
const isKept = (char: string) => laterAnd(notMarkRuns).holds(char);

/** Removes combining marks. */
export const stripAccents: Reader<Normalizer> = () => text => text.remove(mark, isKept);
