import type { Reader } from '../components.js';
import type { Normalizer } from './normalizer.js';

/** Removes combining marks. */
export const stripAccents: Reader<Normalizer> = () => text => text.remove(/\p{M}/gu);
