import type { Component } from '../formats/json/components.js';
import { byteLevelFields } from '../pre-tokenizers/byte-level.js';
import { byteOfUnit } from '../text/byte-alphabet.js';
import type { Decoder } from './decoder.js';
import { Utf8Decoder } from './utf8-decoder.js';

/**
 * Reads tokens as bytes in the byte alphabet. A token with a character outside the alphabet stands for its own UTF-8
 * bytes.
 */
export const byteLevel: Component<Decoder> = {
  type: 'ByteLevel',
  fields: byteLevelFields,
  fromJson: () => byteLevelDecoder,
};

/** The byte-level decoder, which has no settings. */
export const byteLevelDecoder: Decoder = emit => {
  const stream = new Utf8Decoder();
  let pending = '';
  const read = (token: string) => {
    let text = '';
    for (const byte of bytesOf(token)) text += stream.push(byte);
    if (text !== '') emit(text, false);
  };
  return {
    push(text, ends) {
      if (!ends) pending += text;
      else if (stream.isAtBoundary && /^[!-~]*$/.test(pending + text)) emit(pending + text, false);
      else read(pending + text);
      if (ends) pending = '';
    },
    finish() {
      if (pending !== '') read(pending);
      pending = '';
      emit(stream.finish(), true);
    },
  };
};

function bytesOf(token: string): Iterable<number> {
  const bytes: number[] = [];
  for (let index = 0; index < token.length; index++) {
    const byte = byteOfUnit(token.charCodeAt(index));
    if (byte < 0) return new TextEncoder().encode(token);
    bytes.push(byte);
  }
  return bytes;
}
