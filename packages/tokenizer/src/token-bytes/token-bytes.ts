import { cleanUpDecoder } from '../decoders/clean-up.js';
import { chainDecoders } from '../decoders/sequence.js';
import { failInput } from '../errors.js';
import { byteAlphabet, byteOfUnit } from '../text/byte-alphabet.js';
import type { Tokenizer } from '../tokenizer.js';

/** A token of no tokenizer that stands before and after the token that is looked at. */
const neighbour = 'x';
const byteToken = /^<0x([0-9A-Fa-f]{2})>$/;

/**
 * The bytes that each token adds to a running text, by id; with `atStart`, to a text that begins with it, which some
 * tokenizers write without its space. Undefined for special tokens and for ids without a token. What only a clean-up of
 * spaces after decoding changes is not counted. Throws `input` if the text of a token depends on its neighbours, as in
 * vocabularies of connectionist temporal classification.
 */
export function tokenBytes(tokenizer: Tokenizer, { atStart = false } = {}): (Uint8Array | undefined)[] {
  const { decoder, addedTokens, model } = (tokenizer.target ?? tokenizer).parts;
  const steps = (decoder.steps ?? [decoder]).filter(step => step !== cleanUpDecoder);
  const chain = chainDecoders(steps);
  const textOf = (...tokens: readonly string[]): string => {
    let text = '';
    const run = chain(part => {
      text += part;
    });
    for (const token of tokens) run.push(token, true);
    run.finish();
    return text;
  };

  const characters = byteAlphabet();
  const isByteLevel = textOf(neighbour, characters[0xc3]!, characters[0xa9]!) === `${neighbour}é`;
  const hasByteTokens = textOf(neighbour, '<0xC3>', '<0xA9>') === `${neighbour}é`;
  const before = atStart ? [] : [neighbour];
  const head = textOf(...before);
  const tail = textOf(neighbour, neighbour).slice(textOf(neighbour).length);
  if (!tail.endsWith(neighbour))
    failInput('tokenBytes: the text of a token of this tokenizer depends on its neighbours');
  const encoder = new TextEncoder();
  const bytesOf = (token: string): Uint8Array | undefined => {
    if (isByteLevel) return byteLevelBytes(token) ?? encoder.encode(token);
    const byte = hasByteTokens ? Number.parseInt(byteToken.exec(token)?.[1] ?? '', 16) : Number.NaN;
    if (byte >= 0x80) return Uint8Array.of(byte);
    const text = textOf(...before, token, neighbour);
    if (!text.startsWith(head) || !text.endsWith(tail) || text.length < head.length + tail.length) return undefined;
    return encoder.encode(text.slice(head.length, text.length - tail.length));
  };

  const added = new Map(addedTokens.map(token => [token.id, token]));
  let size = model.vocabulary.idLimit;
  for (const { id } of addedTokens) size = Math.max(size, id + 1);
  return Array.from({ length: size }, (_, id) => {
    const own = added.get(id);
    if (own?.special) return undefined;
    const token = own?.normalizedContent ?? own?.content ?? model.vocabulary.token(id);
    return token === undefined ? undefined : bytesOf(token);
  });
}

/** The bytes of a token in the byte alphabet; undefined if it holds another character. */
function byteLevelBytes(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = byteOfUnit(token.charCodeAt(i));
    if (byte < 0) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}
