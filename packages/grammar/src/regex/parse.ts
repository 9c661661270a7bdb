import { nestedCounts } from '../counts.js';
import { type CodePoints, codePoints, complement } from '../dfa/code-points.js';
import { grammarError } from '../errors.js';
import { classOf, propertyOf, withoutLineEnds } from './named-sets.js';
import type { Pattern, Regex } from './syntax.js';

/**
 * Parses a regular expression of ECMAScript (with the flag u). What is not regular, such as a lookahead or a back
 * reference, is an error that names it and where it stands; `where` is the beginning of the message.
 */
export const parseRegex = (source: string, where: string): Regex => new RegexParser(source, where).parse();

/**
 * The same with lookaheads at the start of the texts: right after a first `^`, or first where `isWhole` says that the
 * whole text matches.
 */
export const parsePattern = (source: string, where: string, { isWhole = false } = {}): Pattern =>
  new RegexParser(source, where).parsePattern(isWhole);

const quantifiers: Readonly<Record<string, readonly [min: number, max: number]>> = {
  '*': [0, Infinity],
  '+': [1, Infinity],
  '?': [0, 1],
};
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, 0: 0 };
/** Groups that are not regular, by how they begin. */
const refusedGroups = [
  ['(?=', 'a lookahead'],
  ['(?!', 'a lookahead'],
  ['(?<=', 'a lookbehind'],
  ['(?<!', 'a lookbehind'],
] as const;
const maxNesting = 250;

/** A reader of the expression; also reads the sets of a grammar. */
export class RegexParser {
  at: number;
  private depth = 0;

  constructor(
    private readonly source: string,
    private readonly where: string,
    private readonly chars: readonly string[] = Array.from(source),
    at = 0,
  ) {
    this.at = at;
  }

  parse(): Regex {
    const regex = this.choice();
    if (this.at < this.chars.length) this.fail('")" closes no group');
    return regex;
  }

  parsePattern(isWhole: boolean): Pattern {
    const isAnchored = this.take('^');
    const lookaheads: { regex: Regex; isNegative: boolean }[] = [];
    while (isAnchored || isWhole) {
      const [begin] = /^\(\?[=!]/.exec(this.rest()) ?? [];
      if (!begin) break;
      this.at += begin.length;
      lookaheads.push({ regex: this.choice(), isNegative: begin === '(?!' });
      if (!this.take(')')) this.fail('a group without its ")"');
    }
    if (lookaheads.length === 0) {
      this.at = 0;
      return { lookaheads, regex: this.parse() };
    }
    const rest = this.sequence();
    if (this.peek() === '|') this.fail('an alternative beside a lookahead, which is not supported,');
    if (this.at < this.chars.length) this.fail('")" closes no group');
    return { lookaheads, regex: { kind: 'sequence', parts: [{ kind: 'start' }, rest] } };
  }

  /** A set between brackets, from the first one on. */
  set(): CodePoints {
    this.at++;
    const isNegated = this.take('^');
    const ranges: (readonly [number, number])[] = [];
    while (!this.take(']')) {
      const first = this.setItem();
      const isRange = this.peek() === '-' && this.chars[this.at + 1] !== ']' && this.chars[this.at + 1] !== undefined;
      if (!isRange) {
        ranges.push(...first);
        continue;
      }
      this.at++;
      const last = this.setItem();
      const [from, to] = [first[0]?.[0], last[0]?.[1]];
      const single = (item: CodePoints) => item.length === 1 && item[0]![0] === item[0]![1];
      if (from === undefined || to === undefined || !single(first) || !single(last)) {
        // As in expressions without the flag u, `[\w-.]` holds the hyphen.
        ranges.push(...first, [0x2d, 0x2d], ...last);
      } else if (from > to) this.fail('a range whose end is before its start');
      else ranges.push([from, to]);
    }
    const set = codePoints(...ranges);
    return isNegated ? complement(set) : set;
  }

  private choice(): Regex {
    if (++this.depth > maxNesting) this.fail(`more than ${maxNesting} nested groups`);
    const options = [this.sequence()];
    while (this.take('|')) options.push(this.sequence());
    this.depth--;
    return options.length === 1 ? options[0]! : { kind: 'choice', options };
  }

  private sequence(): Regex {
    const parts: Regex[] = [];
    for (let char = this.peek(); char !== undefined && char !== '|' && char !== ')'; char = this.peek())
      parts.push(this.quantified(this.atom(char), char));
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
  }

  /** The item that begins with `first`, as often as the quantifier after it says. */
  private quantified(body: Regex, first: string): Regex {
    const counts = this.quantifier();
    if (!counts) return body;
    if (first === '^' || first === '$') this.fail('a repeated anchor');
    const [min, max] = counts;
    if (min > max) this.fail(`a repetition of at least ${min} and at most ${max}`);
    this.take('?'); // a lazy repetition matches the same texts
    const nested = body.kind === 'repeat' ? nestedCounts(body, { min, max }) : undefined;
    return nested ? { ...body, ...nested } : { kind: 'repeat', body, min, max };
  }

  /** How often the last item is repeated; undefined if nothing says so. */
  quantifier(): readonly [min: number, max: number] | undefined {
    const char = this.peek();
    if (char === undefined) return undefined;
    if (Object.hasOwn(quantifiers, char)) {
      this.at++;
      return quantifiers[char];
    }
    if (char !== '{') return undefined;
    const [text, min, comma, max] = /^\{(\d+)(,?)(\d*)\}/.exec(this.rest()) ?? this.fail('"{" that begins no count');
    this.at += text.length;
    return [Number(min), comma === '' ? Number(min) : max === '' ? Infinity : Number(max)];
  }

  private atom(char: string): Regex {
    switch (char) {
      case '^':
        this.at++;
        return { kind: 'start' };
      case '$':
        this.at++;
        return { kind: 'end' };
      case '(':
        return this.group();
      case '[':
        return { kind: 'set', set: this.set() };
      case '.':
        this.at++;
        return { kind: 'set', set: withoutLineEnds() };
      case '\\':
        return { kind: 'set', set: this.escape() };
      case '*':
      case '+':
      case '?':
      case '{':
      case '}':
      case ']':
        return this.fail(`"${char}" with nothing before it that it could belong to`);
      default:
        this.at++;
        return setOf(char.codePointAt(0)!);
    }
  }

  private group(): Regex {
    const rest = this.rest();
    const [, name] = refusedGroups.find(([begin]) => rest.startsWith(begin)) ?? [];
    if (name) this.fail(`${name}, which is not regular,`);
    const [begin] = /^\((?:\?:|\?<[^>]*>)?/.exec(rest)!;
    if (rest.startsWith('(?') && begin === '(') this.fail('a group of an unknown kind');
    this.at += Array.from(begin).length;
    const body = this.choice();
    if (!this.take(')')) this.fail('a group without its ")"');
    return body;
  }

  private setItem(): CodePoints {
    const char = this.peek() ?? this.fail('a set without its "]"');
    if (char === '\\') return this.chars[this.at + 1] === 'b' ? this.backspace() : this.escape();
    this.at++;
    return single(char.codePointAt(0)!);
  }

  private backspace(): CodePoints {
    this.at += 2;
    return single(8);
  }

  /** A backslash and what it stands for. */
  escape(): CodePoints {
    const rest = this.rest();
    const letter = this.chars[this.at + 1] ?? this.fail('"\\" with nothing after it');
    const named = classOf(letter);
    if (named) {
      this.at += 2;
      return named;
    }
    const property = /^\\([pP])\{([^}]*)\}/.exec(rest);
    if (property) {
      const set =
        propertyOf(property[2]!) ?? this.fail(`the property ${property[2]}, which this runtime does not know,`);
      this.at += Array.from(property[0]).length;
      return property[1] === 'p' ? set : complement(set);
    }
    const code = this.codeEscape(rest);
    if (code !== undefined) return single(code);
    if (/^\\(?:[1-9]|k)/.test(rest)) this.fail('a back reference, which is not regular,');
    if (letter === 'b' || letter === 'B') this.fail('a word boundary, which is not supported,');
    if (/[a-zA-Z0-9]/.test(letter)) this.fail(`the unknown escape "\\${letter}"`);
    this.at += 2;
    return single(letter.codePointAt(0)!);
  }

  /** The code point of an escape by number or name. */
  private codeEscape(rest: string): number | undefined {
    const [pair, high, low] = /^\\u(d[89ab][\da-f]{2})\\u(d[c-f][\da-f]{2})/i.exec(rest) ?? [];
    if (pair) {
      this.at += pair.length;
      return String.fromCharCode(Number.parseInt(high!, 16), Number.parseInt(low!, 16)).codePointAt(0);
    }
    const [text, ...digits] = /^\\(?:x([\da-f]{2})|u([\da-f]{4})|u\{([\da-f]{1,6})\})/i.exec(rest) ?? [];
    if (text) {
      this.at += text.length;
      return Number.parseInt(digits.find(each => each !== undefined)!, 16);
    }
    const [control, letter] = /^\\c([a-z])/i.exec(rest) ?? [];
    if (control) {
      this.at += 3;
      return letter!.charCodeAt(0) % 32;
    }
    const name = rest[1]!;
    if (!Object.hasOwn(controls, name) || /^\\0\d/.test(rest)) return undefined;
    this.at += 2;
    return controls[name];
  }

  peek(): string | undefined {
    return this.chars[this.at];
  }

  take(char: string): boolean {
    if (this.peek() !== char) return false;
    this.at++;
    return true;
  }

  private rest(): string {
    return this.chars.slice(this.at, this.at + 200).join('');
  }

  fail(what: string): never {
    throw grammarError('option', `${this.where}: ${what} at ${this.at} in ${JSON.stringify(this.source)}`);
  }
}

const single = (code: number): CodePoints => codePoints([code, code]);
const setOf = (code: number): Regex => ({ kind: 'set', set: single(code) });
