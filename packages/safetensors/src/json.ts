import { quote, refuse } from './errors.js';

/** A pull reader: each call consumes one value of its kind, or throws. */
export interface JsonReader {
  /** A string without lone surrogates, which UTF-8 cannot encode. */
  string(): string;
  /** A list of at most `maxCount` whole numbers from 0 to 2^53 - 1. */
  integers(maxCount: number): number[];
  /** Calls `member` after each key; it must consume the value. Throws on duplicate keys. */
  object(member: (key: string) => void): void;
  /** Throws unless only white space is left. */
  end(): void;
}

/**
 * A strict JSON reader (RFC 8259) that walks a text and builds only the requested values, so that a hostile text costs
 * neither memory nor stack.
 */
export function jsonReader(text: string): JsonReader {
  let offset = 0;

  /** Consumes the next character that is not white space if it is the expected one; '' is the end. */
  const accept = (expected: string): boolean => {
    while (' \n\r\t'.includes(text[offset] ?? '.')) offset++;
    const matches = (text[offset] ?? '') === expected;
    if (matches) offset++;
    return matches;
  };

  const expect = (wanted: string): void => {
    if (!accept(wanted)) refuse(`the header has ${quote(text[offset] ?? '')} at ${offset}; ${quote(wanted)} would fit`);
  };

  /** Parses a text that matches its pattern. Other texts are not parsed, so that they take no memory. */
  const parse = <T>(json: string, looks: RegExp, fits: (value: T) => boolean): T => {
    try {
      const value: T = JSON.parse(looks.test(json) ? json : '');
      if (fits(value)) return value;
    } catch {}
    return refuse(`the header has ${quote(json)}, which does not fit`);
  };

  const string = (): string => {
    expect('"');
    const start = offset - 1;
    while (offset < text.length && text[offset] !== '"') offset += text[offset] === '\\' ? 2 : 1;
    return parse<string>(text.slice(start, ++offset), /"$/, value => !/\p{Surrogate}/u.test(value));
  };

  return {
    string,
    integers: maxCount => {
      expect('[');
      const start = offset - 1;
      offset = text.indexOf(']', offset) + 1;
      const fits = (values: number[]) => values.length <= maxCount && values.every(Number.isSafeInteger);
      return parse(text.slice(start, offset), /^\[[\d,\s]{0,2000}]$/, fits);
    },
    object: member => {
      const keys = new Set<string>();
      expect('{');
      if (accept('}')) return;
      do {
        const key = string();
        if (keys.has(key)) refuse(`the header has ${quote(key)} twice`);
        keys.add(key);
        expect(':');
        member(key);
      } while (accept(','));
      expect('}');
    },
    end: () => expect(''),
  };
}
