import type { RawCall } from './answer-part.js';

const maxDepth = 64;

/**
 * Calls in Python: `[get_weather(city='Paris', days=2), now()]`, with or without the brackets. `names` gives the
 * names of arguments that have none. Throws with the reason if the text is something else.
 */
export function pythonCalls(text: string, names: (tool: string) => readonly string[]): RawCall[] {
  const reader = new Reader(text);
  const calls = reader.skip('[') ? reader.list(']', () => reader.call(names)) : [reader.call(names)];
  reader.end();
  if (calls.length === 0) throw new Error('there is no call');
  return calls;
}

/** Reads the literals and calls of a text. */
class Reader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Whether a mark comes next, which is skipped. */
  skip(mark: string): boolean {
    this.space();
    if (!this.text.startsWith(mark, this.at)) return false;
    this.at += mark.length;
    return true;
  }

  /** The items up to a mark, with commas between. */
  list<Item>(close: string, item: () => Item): Item[] {
    const items: Item[] = [];
    while (!this.skip(close)) {
      if (items.length > 0 && !this.skip(',')) this.fail(`, or ${close}`);
      if (items.length > 0 && this.skip(close)) break; // a comma after the last one
      items.push(item());
    }
    return items;
  }

  call(names: (tool: string) => readonly string[]): RawCall {
    const name = this.match(/[A-Za-z_][\w.]*/y) ?? this.fail('the name of a tool');
    if (!this.skip('(')) this.fail('(');
    const given: Record<string, unknown> = {};
    const others = [...names(name)];
    this.list(')', () => {
      const keyword = this.match(/([A-Za-z_]\w*)\s*=(?!=)/y)?.replace(/\s*=$/, '');
      const argument = keyword ?? others.find(each => !Object.hasOwn(given, each)) ?? this.fail('argument=value');
      if (Object.hasOwn(given, argument)) throw new Error(`${argument} is given twice`);
      Object.defineProperty(given, argument, {
        value: this.value(0),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    });
    return { name, arguments: given };
  }

  end(): void {
    this.space();
    if (this.at < this.text.length) this.fail('the end');
  }

  private value(depth: number): unknown {
    if (depth > maxDepth) throw new Error(`a value is nested deeper than ${maxDepth}`);
    this.space();
    const first = this.text[this.at];
    if (first === '"' || first === "'") return this.string();
    if (this.skip('[')) return this.list(']', () => this.value(depth + 1));
    if (this.skip('(')) return this.list(')', () => this.value(depth + 1));
    if (this.skip('{')) {
      const entries = this.list('}', () => {
        const key = this.value(depth + 1);
        if (!this.skip(':')) this.fail(':');
        return [String(key), this.value(depth + 1)] as const;
      });
      return Object.fromEntries(entries);
    }
    const word = this.match(/True|False|None|true|false|null/y);
    if (word !== undefined) return { true: true, false: false }[word.toLowerCase()] ?? null;
    const number = this.match(/[+-]?(\d[\d_]*)?\.?\d[\d_]*(\.(?!\d))?([eE][+-]?\d+)?/y);
    return number === undefined ? this.fail('a value') : Number(number.replaceAll('_', ''));
  }

  private string(): string {
    const quote = this.text[this.at]!;
    let text = '';
    for (this.at += 1; this.at < this.text.length; this.at += 1) {
      const character = this.text[this.at]!;
      if (character === quote) {
        this.at += 1;
        return text;
      }
      text += character === '\\' ? this.escape() : character;
    }
    throw new Error('a string does not end');
  }

  /** The character that an escape means; `at` stays at its last character. */
  private escape(): string {
    this.at += 1;
    const code = /x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})/iy;
    code.lastIndex = this.at;
    const found = code.exec(this.text);
    if (found) {
      this.at += found[0].length - 1;
      const point = Number.parseInt(found[1] ?? found[2] ?? found[3]!, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
    }
    const character = this.text[this.at] ?? '';
    return { n: '\n', t: '\t', r: '\r', '\n': '', "'": "'", '"': '"', '\\': '\\' }[character] ?? `\\${character}`;
  }

  private match(pattern: RegExp): string | undefined {
    this.space();
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at += 1;
  }

  private fail(expected: string): never {
    const found = this.text.slice(this.at, this.at + 20);
    throw new Error(`expected ${expected} at ${found === '' ? 'the end' : JSON.stringify(found)}`);
  }
}
