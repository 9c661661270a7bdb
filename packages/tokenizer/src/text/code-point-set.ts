/** A set of code points, written as runs: how far each begins behind the last one, and its length. */
export class CodePointSet {
  /** Where runs begin and end, ascending: what has an odd number of these at or before it is inside. */
  readonly #bounds: Uint32Array;
  /** A bit for each code point of one unit, which most are. */
  readonly #bits = new Uint8Array(0x2000);

  /** The members of all the tables, which have none in common. */
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

  /** Whether a character is inside. */
  hasCharacter(char: string): boolean {
    return this.has(char.codePointAt(0)!);
  }

  /** Where in a text the first member at or behind `from` begins; -1 if there is none. */
  find(text: string, from = 0): number {
    for (let at = from; at < text.length; at++) {
      const code = text.codePointAt(at)!;
      if (this.has(code)) return at;
      if (code > 0xffff) at++;
    }
    return -1;
  }

  /** A text with `change` of each member, and `others` of what stands between them. */
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

/** Where the runs of a table begin and end. */
function decodeBounds(runs: string): number[] {
  let at = 0;
  return decodeNumbers(runs).map(number => (at += number));
}

/** How many of some ascending numbers are at most `limit`. */
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
 * The numbers of a generated table: the last digit of each in base 50 from "*" on, those before it in base 34 from "]"
 * on.
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

/** A third number for each run, by code point. */
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

  /** The number of a code point's run; undefined in none. */
  get(code: number): number | undefined {
    const count = upperBound(this.#bounds, code);
    return count % 2 === 1 ? this.#values[count >> 1] : undefined;
  }
}
