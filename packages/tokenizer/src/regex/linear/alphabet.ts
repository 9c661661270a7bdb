/** Character classes: characters that no set of a regular expression distinguishes are in the same class. */
export class Alphabet {
  readonly #tests: readonly RegExp[];
  readonly #units = new Uint16Array(0x10000); // the class of a unit plus 1; 0 if it is not known yet
  readonly #others = new Map<number, number>();
  readonly #numbers = new Map<string, number>();
  /** By class and set: whether the characters are in the set. */
  readonly members: boolean[][] = [];

  constructor(sets: readonly string[], flags: string) {
    this.#tests = sets.map(set => new RegExp(`^(?:${set})$`, flags.replace('g', '')));
  }

  /** The class of a code point. */
  classOf(code: number): number {
    if (code > 0xffff) {
      const cached = this.#others.get(code);
      if (cached !== undefined) return cached;
    } else if (this.#units[code]! > 0) return this.#units[code]! - 1;
    const char = String.fromCodePoint(code);
    const inside = this.#tests.map(test => test.test(char));
    const signature = inside.map(Number).join('');
    const number = this.#numbers.get(signature) ?? this.members.push(inside) - 1;
    this.#numbers.set(signature, number);
    if (code > 0xffff) this.#others.set(code, number);
    else this.#units[code] = number + 1;
    return number;
  }
}
