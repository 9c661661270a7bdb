import type { Decoder } from '../../decoders/decoder.js';
import { perToken } from '../../decoders/decoder.js';
import { NormalizedString } from '../../text/normalized-string.js';
import { type ModelProto, pieceTypes } from './model-proto.js';
import { sentencePieceNormalizer, spaceSymbol } from './normalizer.js';

const replacement = '\uFFFD';

/**
 * Decodes pieces as SentencePiece does: leading spaces that the normalizer adds or removes are hidden, and byte pieces
 * are joined to characters.
 */
export function sentencePieceDecoder(file: ModelProto): Decoder {
  const { pieces, types, normalizer } = file;
  const ofType = (type: number) => new Set(pieces.filter((_, id) => types[id] === type));
  const [unknown, bytes] = [ofType(pieceTypes.unknown), ofType(pieceTypes.byte)];
  const stripsSpace = normalizer.addDummyPrefix || normalizer.removeExtraWhitespaces;
  const textOf: Decoder = emit => {
    const run = new ByteRun(text => write(text));
    let atBegin = stripsSpace; // whether a leading space would be removed
    const write = (text: string) => {
      if (text === '') return;
      atBegin = false;
      emit(text, true);
    };
    const whole = perToken(token => token)(token => {
      if (bytes.has(token)) return run.push(Number.parseInt(token.slice(3, 5), 16));
      run.finish();
      if (unknown.has(token)) return write(file.unknownSurface);
      const strips = atBegin && token.startsWith(spaceSymbol);
      if (strips && !normalizer.removeExtraWhitespaces) atBegin = false;
      write((strips ? token.slice(1) : token).replaceAll(spaceSymbol, ' '));
    });
    return {
      push: whole.push,
      skipSpecialToken: () => run.finish(),
      finish() {
        whole.finish();
        run.finish();
      },
    };
  };
  return file.denormalizer && file.denormalizer.charsMap.length > 0 ? withDenormalizer(file, textOf) : textOf;
}

/** The denormalizer rewrites the whole text, so a stream emits everything at the end. */
function withDenormalizer({ denormalizer }: ModelProto, decoder: Decoder): Decoder {
  const normalize = sentencePieceNormalizer(denormalizer!, undefined, false);
  return emit => {
    let pending = '';
    const run = decoder(text => {
      pending += text;
    });
    return {
      ...run,
      finish() {
        run.finish();
        const text = new NormalizedString(pending, false);
        normalize(text);
        emit(text.text, true);
      },
    };
  };
}

/** Joins bytes to characters. A byte that cannot be part of a character becomes U+FFFD. */
class ByteRun {
  #pending: number[] = [];

  constructor(readonly write: (text: string) => void) {}

  push(byte: number): void {
    this.#pending.push(byte);
    while (this.#pending.length > 0 && !this.#isOpen()) this.#takeFirst();
  }

  finish(): void {
    while (this.#pending.length > 0) this.#takeFirst();
  }

  /** Whether the pending bytes may still become one character. */
  #isOpen(): boolean {
    const pending = this.#pending;
    const length = lengthOf(pending[0]!);
    return pending.length < length && isUtf8Prefix(pending);
  }

  #takeFirst(): void {
    const pending = this.#pending;
    const length = lengthOf(pending[0]!);
    if (length > 0 && pending.length >= length && isUtf8Prefix(pending.slice(0, length))) {
      this.write(new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(pending.splice(0, length))));
    } else {
      pending.shift();
      this.write(replacement);
    }
  }
}

/** The length in bytes of a character that starts with `byte`; 0 if none does. */
const lengthOf = (byte: number) =>
  byte < 0x80 ? 1 : byte < 0xc2 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 0;

/** Whether bytes are a character or a valid prefix of one: no overlong form, no surrogate, nothing above U+10FFFF. */
function isUtf8Prefix([first, second, ...rest]: readonly number[]): boolean {
  if (second !== undefined) {
    const min = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const max = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (second < min || second > max) return false;
  }
  return rest.every(byte => byte >= 0x80 && byte <= 0xbf);
}
