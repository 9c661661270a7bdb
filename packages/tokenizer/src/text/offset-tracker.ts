import type { TokenOffsets } from '../encoding.js';
import type { Model } from '../models/model.js';
import type { NormalizedString } from './normalized-string.js';
import { unitsAt, utf8Length } from './unicode.js';

/** Collects the offsets of the tokens of a text. */
export class OffsetTracker implements TokenOffsets {
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly wordIds: number[] = [];
  readonly surfaces = new Map<number, string>();
  readonly #ids: number[] = [];
  #word = 0;

  constructor(
    readonly text: string,
    readonly model: Model,
  ) {}

  /** Adds an added token. It shows the matched text `at`, including its white space. */
  addToken(id: number, at: NormalizedString): void {
    const last = at.text.length - 1;
    this.surfaces.set(this.#ids.length, at.text);
    this.#add(id, at.start(0), at.end(last));
    this.#word++;
  }

  /**
   * Adds the tokens of one pre-token. Their spans in UTF-8 bytes of the pre-token become units of the original text.
   */
  addPreToken(text: NormalizedString, from: number, to: number, bytes: boolean): void {
    const { model } = this;
    const ids: number[] = [];
    const spans: number[] = [];
    model.tokenize(text.text, from, to, bytes, ids, spans);
    let unit = from; // first unit of the character that contains byte `byte`
    let byte = 0;
    const seek = (target: number) => {
      if (target < byte) {
        unit = from;
        byte = 0;
      }
      for (; unit < to; unit += unitsAt(text.text, unit)) {
        const next = byte + utf8Length(text.text.codePointAt(unit)!);
        if (next > target) break;
        byte = next;
      }
      return unit;
    };
    for (const [index, id] of ids.entries()) {
      const first = Math.min(seek(spans[2 * index]!), to - 1);
      const last = Math.min(seek(Math.max(spans[2 * index]!, spans[2 * index + 1]! - 1)), to - 1);
      const end = last + unitsAt(text.text, last);
      if (spans[2 * index] === spans[2 * index + 1]) {
        // A byte token whose character is covered by the last of its bytes.
        this.#add(id, text.start(first), text.start(first));
        continue;
      }
      if (id === model.unknownId && model.showsUnknownText) {
        this.surfaces.set(this.#ids.length, text.text.slice(first, end));
      }
      this.#add(id, text.start(first), text.end(end - 1));
    }
    this.#word++;
  }

  #add(id: number, start: number, end: number): void {
    this.#ids.push(id);
    this.starts.push(start);
    this.ends.push(end);
    this.wordIds.push(this.#word);
  }
}
