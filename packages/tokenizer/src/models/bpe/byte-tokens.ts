import { byteAlphabetInverse } from '../../text/byte-alphabet.js';
import { grown } from '../grown.js';
import { nextHash } from '../hash.js';
import type { Vocabulary } from '../vocabulary.js';

const none = -1;

/** The tokens of a byte-level vocabulary by their bytes: a hash table over one array of bytes. */
export class ByteTokens {
  /** The bytes of all tokens, one after another. */
  #bytes = new Uint8Array(1 << 16);
  /**
   * Per id: start of its bytes, their count (0: the token is not made of bytes), their hash, unused. One array, since
   * all are read together.
   */
  readonly #entries: Int32Array;
  /** Ids by slot. */
  readonly #slots: Int32Array;

  constructor(vocabulary: Vocabulary) {
    const { idLimit } = vocabulary;
    this.#entries = new Int32Array(idLimit * 4);
    let capacity = 1024;
    while (capacity < idLimit * 2) capacity *= 2;
    this.#slots = new Int32Array(capacity).fill(none);
    let at = 0;
    for (let id = 0; id < idLimit; id++) at = this.#add(id, vocabulary.token(id) ?? '', at);
  }

  /**
   * Adds a token whose bytes go to `at`, and returns their end; `at` if a character of the token stands for no byte.
   */
  #add(id: number, token: string, at: number): number {
    const { length } = this.#bytes;
    if (at + token.length > length) this.#bytes = grown(this.#bytes, 2 * length + token.length);
    const bytes = this.#bytes;
    const units = byteAlphabetInverse();
    let end = at;
    let hash = 0;
    for (let index = 0; index < token.length; index++) {
      const byte = units[token.charCodeAt(index)] ?? none;
      if (byte === none) return at;
      bytes[end++] = byte;
      hash = nextHash(hash, byte);
    }
    this.#entries[id * 4] = at;
    this.#entries[id * 4 + 1] = end - at;
    this.#entries[id * 4 + 2] = hash;
    if (end > at) this.#insert(id, hash);
    return end;
  }

  /** The number of bytes that a token stands for. */
  byteLength(id: number): number {
    return this.#entries[id * 4 + 1]!;
  }

  /** The hash of the bytes of the last `find`. */
  hash = 0;

  /** The id of the token with these bytes; -1 if there is none. */
  find(bytes: Uint8Array, from: number, to: number): number {
    let hash = 0;
    for (let at = from; at < to; at++) hash = nextHash(hash, bytes[at]!);
    this.hash = hash;
    const slots = this.#slots;
    const own = this.#bytes;
    const wrap = slots.length - 1;
    for (let slot = hash & wrap; ; slot = (slot + 1) & wrap) {
      const id = slots[slot]!;
      if (id === none) return none;
      if (this.#entries[id * 4 + 2] !== hash || this.#entries[id * 4 + 1] !== to - from) continue;
      let at = from;
      for (let index = this.#entries[id * 4]!; at < to && own[index] === bytes[at]; index++) at++;
      if (at === to) return id;
    }
  }

  #insert(id: number, hash: number): void {
    const slots = this.#slots;
    const wrap = slots.length - 1;
    let slot = hash & wrap;
    while (slots[slot] !== none) slot = (slot + 1) & wrap;
    slots[slot] = id;
  }
}
