import { inByteAlphabet } from '../byte-alphabet.js';
import type { Reader } from '../components.js';
import type { Normalizer } from './normalizer.js';

/** Writes the text's UTF-8 bytes in the byte alphabet. */
export const byteLevel: Reader<Normalizer> = () => text => text.mapCharacters(inByteAlphabet);
