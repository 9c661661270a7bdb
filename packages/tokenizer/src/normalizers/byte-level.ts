import type { Component } from '../formats/json/components.js';
import { toByteAlphabet } from '../text/byte-alphabet.js';
import type { Normalizer } from './normalizer.js';

/** Writes the text's UTF-8 bytes in the byte alphabet. */
export const byteLevel: Component<Normalizer> = {
  type: 'ByteLevel',
  fromJson: () => text => text.mapCharacters(toByteAlphabet),
};
