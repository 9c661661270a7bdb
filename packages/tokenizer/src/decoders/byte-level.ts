import { byteOfUnit } from '../byte-alphabet.js';
import type { Reader } from '../components.js';
import type { Decoder } from './decoder.js';
import { Utf8Stream } from './utf8-stream.js';

/** Reads tokens as bytes written in the byte alphabet; a token with a character outside it stands for its own bytes. */
export const byteLevel: Reader<Decoder> = () => byteLevelDecoder;

/** The same, which has no settings. */
export const byteLevelDecoder: Decoder = emit => {
  const stream = new Utf8Stream();
  let held = '';
  const read = (token: string) => {
    let text = '';
    for (const byte of bytesOf(token)) text += stream.push(byte);
    if (text !== '') emit(text, false);
  };
  return {
    push(text, ends) {
      if (!ends) held += text;
      else if (stream.isBetween && /^[!-~]*$/.test(held + text)) emit(held + text, false);
      else read(held + text);
      if (ends) held = '';
    },
    finish() {
      if (held !== '') read(held);
      held = '';
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
