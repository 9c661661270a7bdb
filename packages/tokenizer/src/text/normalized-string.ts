import { checkGrowth, maxGrownLength } from './growth-limit.js';
import { unitsBefore } from './unicode.js';

/**
 * A text during normalization, optionally with the origin of each of its UTF-16 units.
 *
 * `tracked` texts have an alignment: unit `i` came from `[start(i), end(i))` of the original. Until something is
 * rewritten the alignment is the identity (shifted by `origin`) and needs no memory. Rewritten characters are aligned
 * as in the reference: a character that replaces another takes its offsets; an added one shares the offsets of the
 * character before it.
 */
export class NormalizedString {
  #starts: Int32Array | undefined;
  #ends: Int32Array | undefined;
  /** The maximum length. */
  #maxLength: number;

  constructor(
    /** The current text. */
    public text: string,
    readonly tracked: boolean,
    /** The offset of the text in the original. */
    readonly origin = 0,
  ) {
    this.#maxLength = maxGrownLength(text.length);
  }

  /** Refuses a length that is too large: chained replacements multiply. */
  checkLength(length: number): void {
    if (length > this.#maxLength) checkGrowth(length, this.#maxLength, 'normalizers');
  }

  /** The offset in the original of the start of the character at unit `index` (its first unit). */
  start(index: number): number {
    return this.#starts ? this.#starts[index]! : this.origin + index;
  }

  /** The offset in the original of the end of the character at unit `index` (its last unit). */
  end(index: number): number {
    return this.#ends ? this.#ends[index]! : this.origin + index + 1;
  }

  /** The part `[from, to)`, cut between characters. */
  slice(from: number, to: number): NormalizedString {
    if (from === 0 && to === this.text.length) return this;
    const part = new NormalizedString(this.text.slice(from, to), this.tracked, this.origin + from);
    part.#starts = this.#starts?.subarray(from, to);
    part.#ends = this.#ends?.subarray(from, to);
    return part;
  }

  /** Joins the rewritten parts of a text. */
  static join(parts: readonly NormalizedString[], { tracked, origin }: NormalizedString): NormalizedString {
    const joined = new NormalizedString(parts.map(part => part.text).join(''), tracked, origin);
    if (!tracked) return joined;
    const starts: number[] = [];
    const ends: number[] = [];
    for (const part of parts) {
      for (let index = 0; index < part.text.length; index++) {
        starts.push(part.start(index));
        ends.push(part.end(index));
      }
    }
    joined.#starts = Int32Array.from(starts);
    joined.#ends = Int32Array.from(ends);
    return joined;
  }

  /**
   * Replaces the whole text. `changes[i]` says how `chars[i]` came about: 0, it replaces the next old character; 1, it
   * was added; -n, it replaces the next one and n more were removed. `initialOffset` is the number of characters that
   * were removed at the start.
   */
  transform(chars: readonly string[], changes: readonly number[], initialOffset = 0): void {
    const text = chars.join('');
    this.checkLength(text.length);
    if (this.tracked) {
      const old = [...this.text];
      const starts = new Int32Array(text.length);
      const ends = new Int32Array(text.length);
      let read = 0; // in old characters
      let from = 0; // the same offset in old units
      const skip = (count: number) => {
        for (const end = Math.min(old.length, read + count); read < end; read++) from += old[read]!.length;
      };
      skip(initialOffset);
      let at = 0;
      for (let index = 0; index < chars.length; index++) {
        let start = 0;
        let end = 0;
        if (changes[index]! > 0) {
          if (from > 0) {
            start = this.start(from - old[read - 1]!.length);
            end = this.end(from - 1);
          }
        } else {
          start = this.start(from);
          end = this.end(from + (old[read]?.length ?? 1) - 1);
          skip(1 - changes[index]!);
        }
        const to = at + chars[index]!.length;
        starts.fill(start, at, to);
        ends.fill(end, at, to);
        at = to;
      }
      this.#starts = starts;
      this.#ends = ends;
    }
    this.text = text;
  }

  /** Replaces the whole text by one whose unit `i` came from `[starts[i], starts[i + 1])` of the original. */
  realign(text: string, starts: readonly number[]): void {
    this.checkLength(text.length);
    this.text = text;
    if (!this.tracked) return;
    this.#starts = Int32Array.from(starts);
    this.#ends = this.#starts.subarray(1);
  }

  /** Replaces each character by others (perhaps none): the first one replaces it, the others are added. */
  mapCharacters(map: (char: string) => string): void {
    if (!this.tracked) {
      let text = '';
      for (const char of this.text) text += map(char);
      this.checkLength(text.length);
      this.text = text;
      return;
    }
    const chars: string[] = [];
    const changes: number[] = [];
    for (const char of this.text) {
      let change = 0;
      for (const mapped of map(char)) {
        chars.push(mapped);
        changes.push(change);
        change = 1;
      }
    }
    this.transform(chars, changes);
  }

  /** Keeps the characters for which `keep` holds. */
  filter(keep: (char: string) => boolean): void {
    const chars: string[] = [];
    const changes: number[] = [];
    let dropped = 0;
    for (const char of this.text) {
      if (keep(char)) {
        chars.push(char);
        changes.push(0);
      } else if (chars.length === 0) dropped++;
      else changes[changes.length - 1]!--;
    }
    this.transform(chars, changes, dropped);
  }

  /** Removes the characters that match a pattern with the flags g and u, except those for which `keeps` holds. */
  remove(pattern: RegExp, keeps?: (char: string) => boolean): void {
    if (!this.tracked) this.text = this.text.replace(pattern, char => (keeps?.(char) ? char : ''));
    else if (this.text.search(pattern) >= 0) this.filter(char => char.search(pattern) < 0 || keeps?.(char) === true);
  }

  /**
   * Replaces the characters that match a pattern with the flags g and u by `content`, in which `$&` is the character.
   */
  substitute(pattern: RegExp, content: string): void {
    this.checkLength(this.text.length);
    if (!this.tracked) this.text = this.text.replace(pattern, content);
    else if (this.text.search(pattern) >= 0) this.mapCharacters(char => char.replace(pattern, content));
  }

  /** Adds `prefix` in front of a text that is not empty. It shares the offsets of the first character. */
  prepend(prefix: string): void {
    if (this.text === '' || prefix === '') return;
    this.checkLength(this.text.length + prefix.length);
    if (!this.tracked) {
      this.text = prefix + this.text;
      return;
    }
    const added = [...prefix];
    const old = [...this.text];
    const changes = [
      ...added.map((_, index) => (index === 0 ? 0 : 1)),
      1,
      ...new Array<number>(old.length - 1).fill(0),
    ];
    this.transform(added.concat(old), changes);
  }

  /**
   * Replaces the ranges `[from, to)` (in pairs, ascending) by `content`, which gets the offsets of each range's last
   * character.
   */
  replace(ranges: readonly number[], content: string): void {
    let length = this.text.length + (ranges.length / 2) * content.length;
    for (let index = 0; index < ranges.length; index += 2) length -= ranges[index + 1]! - ranges[index]!;
    this.checkLength(length);
    const parts: string[] = [];
    let last = 0;
    for (let index = 0; index < ranges.length; index += 2) {
      parts.push(this.text.slice(last, ranges[index]), content);
      last = ranges[index + 1]!;
    }
    parts.push(this.text.slice(last));
    const text = parts.join('');
    if (this.tracked) this.#alignReplaced(ranges, content.length, text.length);
    this.text = text;
  }

  #alignReplaced(ranges: readonly number[], contentLength: number, length: number): void {
    const starts = new Int32Array(length);
    const ends = new Int32Array(length);
    let at = 0;
    let read = 0;
    const copy = (to: number) => {
      for (; read < to; read++, at++) {
        starts[at] = this.start(read);
        ends[at] = this.end(read);
      }
    };
    for (let index = 0; index < ranges.length; index += 2) {
      copy(ranges[index]!);
      read = ranges[index + 1]!;
      if (read === 0) {
        starts.fill(this.origin, at, at + contentLength);
        ends.fill(this.origin, at, at + contentLength);
      } else {
        starts.fill(this.start(read - unitsBefore(this.text, read)), at, at + contentLength);
        ends.fill(this.end(read - 1), at, at + contentLength);
      }
      at += contentLength;
    }
    copy(this.text.length);
    this.#starts = starts;
    this.#ends = ends;
  }
}
