import { utf8LengthOf, writeUtf8 } from '../../text/unicode.js';

/** What happens to text that no piece covers. */
export interface UnknownRules {
  readonly unknownId: number;
  /** The ids of the 256 byte pieces, if unknown characters are written as bytes. */
  readonly byteIds: readonly number[] | undefined;
}

const buffer = /*#__PURE__*/ new Uint8Array(4);

/**
 * Writes pieces as ids and, if requested, the UTF-8 bytes that each covers. Neighbouring unknown pieces become one.
 * With byte pieces, the last byte covers the character and the others cover nothing (SentencePiece's rules).
 */
export class PieceWriter {
  #byte = 0;
  #lastUnknown = false;

  constructor(
    readonly rules: UnknownRules,
    readonly text: string,
    readonly ids: number[],
    readonly spans: number[] | undefined,
  ) {}

  /** Adds the piece `text[from, to)`. */
  add(id: number, from: number, to: number): void {
    const { unknownId, byteIds } = this.rules;
    const isUnknown = id === unknownId;
    if (isUnknown && byteIds) this.#addBytes(byteIds, from, to);
    else {
      const begin = this.#byte;
      if (this.spans) this.#byte += utf8LengthOf(this.text, from, to);
      if (isUnknown && this.#lastUnknown) {
        if (this.spans) this.spans[this.spans.length - 1] = this.#byte;
      } else {
        this.ids.push(id);
        this.spans?.push(begin, this.#byte);
      }
    }
    this.#lastUnknown = isUnknown;
  }

  #addBytes(byteIds: readonly number[], from: number, to: number): void {
    const begin = this.#byte;
    for (let at = from; at < to; ) {
      const code = this.text.codePointAt(at)!;
      at += code > 0xffff ? 2 : 1;
      const length = writeUtf8(code, buffer, 0);
      this.#byte += length;
      for (let index = 0; index < length; index++) {
        this.ids.push(byteIds[buffer[index]!]!);
        this.spans?.push(begin, at === to && index === length - 1 ? this.#byte : begin);
      }
    }
  }
}
