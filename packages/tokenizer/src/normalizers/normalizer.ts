import type { AlignedText } from '../aligned-text.js';

/** Rewrites a text in place before it is cut into pieces. */
export type Normalizer = (text: AlignedText) => void;
