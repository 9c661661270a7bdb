/** The maximum nesting of groups and classes: the reader is recursive. */
const maxDepth = 250;

/** Reads a pattern character by character. */
export class PatternReader {
  at = 0;
  #depth = 0;

  constructor(
    readonly pattern: string,
    readonly fail: (message: string) => never,
  ) {}

  get done(): boolean {
    return this.at >= this.pattern.length;
  }

  /** The next character without consuming it; empty at the end. */
  peek(): string {
    return this.done ? '' : String.fromCodePoint(this.pattern.codePointAt(this.at)!);
  }

  /** Consumes the next character. */
  next(): string {
    if (this.done) this.fail('it ends too early');
    const char = this.peek();
    this.at += char.length;
    return char;
  }

  /** Consumes `text` if it comes next. */
  take(text: string): boolean {
    const matches = this.pattern.startsWith(text, this.at);
    if (matches) this.at += text.length;
    return matches;
  }

  /** Consumes a match of `regex` (which starts with ^). */
  match(regex: RegExp): RegExpExecArray | null {
    const match = regex.exec(this.pattern.slice(this.at));
    if (match) this.at += match[0].length;
    return match;
  }

  /** Reads a nested group or class. */
  nested<T>(read: () => T): T {
    if (++this.#depth > maxDepth) this.fail(`more than ${maxDepth} groups and classes inside one another`);
    const result = read();
    this.#depth--;
    return result;
  }

  /** The next characters for error messages. */
  peekAhead(count: number): string {
    return this.pattern.slice(this.at, this.at + count);
  }
}
