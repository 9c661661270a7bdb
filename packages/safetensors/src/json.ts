import { quote, refuse } from './errors.js';

/** What `jsonReader` offers: each call consumes one value of the kind it names, or refuses what is there. */
export interface JsonReader {
  /** A text without lone surrogates: UTF-8 cannot hold them. */
  string(): string;
  /** At most `most` whole numbers from 0 to 2^53 - 1, between brackets. */
  integers(most: number): number[];
  /** Calls `member` after each key; it must consume the value. No key comes twice. */
  object(member: (key: string) => void): void;
  /** Nothing but white space is left. */
  end(): void;
}

/**
 * A strict reader of JSON that walks a text and builds only what it is asked for, so that hostile text costs neither memory
 * nor stack (RFC 8259).
 */
export function jsonReader(text: string): JsonReader {
  let offset = 0;

  /** Takes the next character that is not white space if it is `wanted`; '' is the end. */
  const accept = (expected: string): boolean => {
    while (' \n\r\t'.includes(text[offset] ?? '.')) offset++;
    const matches = (text[offset] ?? '') === expected;
    if (matches) offset++;
    return matches;
  };

  const expect = (wanted: string): void => {
    if (!accept(wanted)) refuse(`the header has ${quote(text[offset] ?? '')} at ${offset}; ${quote(wanted)} would fit`);
  };

  /** The value of a text that looks as it should; no other is parsed, so that none takes memory. */
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
