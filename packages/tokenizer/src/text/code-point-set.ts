/** A set of code points, decoded from runs: the distance of each run from the end of the last one, and its length. */
export class CodePointSet {
  /**
   * The starts and ends of the runs, ascending: a code point is a member if an odd number of them is at or below it.
   */
  readonly #bounds: Uint32Array;
  /** One bit for each code point of one unit, the most frequent ones. */
  readonly #bits = new Uint8Array(0x2000);

  /** The union of the tables, which must be disjoint. */
  constructor(...tables: readonly string[]) {
    this.#bounds = Uint32Array.from(tables.flatMap(decodeBounds)).sort();
    for (let index = 0; index < this.#bounds.length; index += 2) {
      const end = Math.min(this.#bounds[index + 1]!, 0x10000);
      for (let code = this.#bounds[index]!; code < end; code++) this.#bits[code >> 3]! |= 1 << (code & 7);
    }
  }

  has(code: number): boolean {
    if (code < 0x10000) return ((this.#bits[code >> 3]! >> (code & 7)) & 1) === 1;
    return (upperBound(this.#bounds, code) & 1) === 1;
  }

  /** Whether a character is a member. */
  hasCharacter(char: string): boolean {
    return this.has(char.codePointAt(0)!);
  }

  /** The index of the first member of a text at or after `from`; -1 if there is none. */
  find(text: string, from = 0): number {
    for (let at = from; at < text.length; at++) {
      const code = text.codePointAt(at)!;
      if (this.has(code)) return at;
      if (code > 0xffff) at++;
    }
    return -1;
  }

  /** A text with each member replaced by `change`, and the parts between them by `others`. */
  replace(text: string, change: (char: string) => string, others = (part: string): string => part): string {
    let output = '';
    let from = 0;
    for (let at = this.find(text); at !== -1; at = this.find(text, from)) {
      const char = String.fromCodePoint(text.codePointAt(at)!);
      output += others(text.slice(from, at)) + change(char);
      from = at + char.length;
    }
    return from === 0 ? others(text) : output + others(text.slice(from));
  }
}

/** The starts and ends of the runs of a table. */
function decodeBounds(runs: string): number[] {
  let at = 0;
  return decodeNumbers(runs).map(number => (at += number));
}

/** How many of some ascending numbers are at most `limit` (binary search). */
export function upperBound(numbers: Uint32Array, limit: number): number {
  let low = 0;
  for (let high = numbers.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Decodes the numbers of a generated table: the last digit of each in base 50 from "*" on, the digits before it in base
 * 34 from "]" on.
 */
export function decodeNumbers(text: string): number[] {
  const numbers: number[] = [];
  let high = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at);
    if (digit >= 93) high = high * 34 + digit - 93;
    else {
      numbers.push(high * 50 + digit - 42);
      high = 0;
    }
  }
  return numbers;
}

/** Maps the code points of runs to the third number of their run. */
export class CodePointMap {
  readonly #bounds: Uint32Array;
  readonly #values: number[] = [];

  constructor(runs: string) {
    const bounds: number[] = [];
    let at = 0;
    for (const [index, number] of decodeNumbers(runs).entries()) {
      if (index % 3 === 2) this.#values.push(number);
      else bounds.push((at += number));
    }
    this.#bounds = Uint32Array.from(bounds);
  }

  /** The number of a code point's run; undefined outside of all runs. */
  get(code: number): number | undefined {
    const count = upperBound(this.#bounds, code);
    return count % 2 === 1 ? this.#values[count >> 1] : undefined;
  }
}
