import { toBytes } from '../dfa/bytes.js';
import { allCodePoints, type CodePoints, oneOf } from '../dfa/code-points.js';
import { grammarError } from '../errors.js';
import { choice, literal, type Node, type Rule, repeat, rule, sequence, terminal } from '../node.js';
import { RegexParser } from '../regex/parse.js';

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/**
 * Parses a grammar in the notation of GBNF, which llama.cpp reads: rules `name ::= ...` of texts, sets, names, groups,
 * `|` and quantifiers. The text as a whole obeys the rule `root`.
 */
export const parseEbnf = (source: string): Rule => new EbnfParser(source).parse();

const maxNesting = 250;

class EbnfParser {
  private at = 0;
  private depth = 0;
  private readonly chars: readonly string[];
  private readonly rules = new Map<string, Rule>();
  private readonly characters = new Map<string, Node>();
  /** Where each name was used first. */
  private readonly uses = new Map<string, number>();

  constructor(private readonly source: string) {
    this.chars = Array.from(source);
  }

  parse(): Rule {
    for (this.skip(); this.at < this.chars.length; this.skip()) {
      const start = this.at;
      const own = this.ruleOf(this.name() ?? this.fail('no name of a rule'));
      if (own.body) this.fail(`a second rule ${own.name}`, start);
      this.skip();
      if (!this.take('::=')) this.fail(`no "::=" after ${own.name}`);
      own.body = this.choice();
    }
    for (const [name, at] of this.uses)
      if (!this.rules.get(name)!.body) this.fail(`no rule ${name}, which is used`, at);
    const root = this.rules.get('root');
    if (!root?.body) throw grammarError('option', 'the grammar has no rule root');
    return root;
  }

  private ruleOf(name: string): Rule {
    const known = this.rules.get(name) ?? rule(name);
    this.rules.set(name, known);
    return known;
  }

  private choice(): Node {
    if (++this.depth > maxNesting) this.fail(`more than ${maxNesting} nested groups`);
    const options: Node[] = [];
    do options.push(this.sequence());
    while (this.take('|'));
    this.depth--;
    return choice(...options);
  }

  private sequence(): Node {
    const parts: Node[] = [];
    for (;;) {
      this.skip();
      const item = this.item();
      if (!item) return sequence(...parts);
      parts.push(this.quantified(item));
    }
  }

  /** The next text, set, name or group; undefined where the sequence ends. */
  private item(): Node | undefined {
    const char = this.chars[this.at];
    if (char === '"') return literal(this.text());
    if (char === '[') return this.character(this.inRegex(parser => parser.set()));
    if (this.take('.')) return this.character(allCodePoints);
    if (this.take('(')) {
      const body = this.choice();
      this.skip();
      if (!this.take(')')) this.fail('a group without its ")"');
      return body;
    }
    const start = this.at;
    const name = this.name();
    if (name === undefined) return undefined;
    const end = this.at;
    this.skip();
    if (this.chars.slice(this.at, this.at + 3).join('') === '::=') {
      this.at = start; // the next rule
      return undefined;
    }
    this.at = end;
    if (!this.uses.has(name)) this.uses.set(name, start);
    return this.ruleOf(name);
  }

  /** A terminal of one character of a set; equal sets share it. */
  private character(set: CodePoints): Node {
    const known = this.characters.get(set.join());
    if (known) return known;
    const node = terminal(toBytes(oneOf(set)));
    this.characters.set(set.join(), node);
    return node;
  }

  private quantified(body: Node): Node {
    const start = this.at;
    const counts = this.inRegex(parser => parser.quantifier());
    if (!counts) return body;
    const [min, max] = counts;
    if (min > max) this.fail(`a repetition of at least ${min} and at most ${max}`, start);
    return repeat(body, min, max);
  }

  /** Reads what regular expressions write alike. */
  private inRegex<T>(read: (parser: RegexParser) => T): T {
    const parser = new RegexParser(this.source, 'grammar', this.chars, this.at);
    const result = read(parser);
    this.at = parser.at;
    return result;
  }

  private text(): string {
    const start = this.at++;
    let text = '';
    for (;;) {
      const char = this.chars[this.at++] ?? this.fail('a text without its closing quote', start);
      if (char === '"') return text;
      text += char === '\\' ? this.escape() : char;
    }
  }

  private escape(): string {
    const rest = this.chars.slice(this.at, this.at + 9).join('');
    const [code, ...digits] = /^(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/.exec(rest) ?? [];
    const number = Number.parseInt(digits.find(each => each) ?? '0', 16);
    if (code && number <= 0x10ffff && !(number >= 0xd800 && number < 0xe000)) {
      this.at += code.length;
      return String.fromCodePoint(number);
    }
    const letter = this.chars[this.at] ?? '';
    if (!Object.hasOwn(escapes, letter)) this.fail(`the unknown escape "\\${letter}"`, this.at - 1);
    this.at++;
    return escapes[letter]!;
  }

  private name(): string | undefined {
    const start = this.at;
    while (/^[\w-]$/.test(this.chars[this.at] ?? '')) this.at++;
    return this.at > start ? this.chars.slice(start, this.at).join('') : undefined;
  }

  private take(text: string): boolean {
    if (this.chars.slice(this.at, this.at + text.length).join('') !== text) return false;
    this.at += text.length;
    return true;
  }

  /** Skips white space and comments. */
  private skip(): void {
    for (; ; this.at++) {
      const char = this.chars[this.at];
      if (char === '#') while (this.at < this.chars.length && this.chars[this.at] !== '\n') this.at++;
      else if (char === undefined || !/\s/.test(char)) return;
    }
  }

  private fail(what: string, at = this.at): never {
    const line = this.chars.slice(0, at).filter(char => char === '\n').length + 1;
    throw grammarError('option', `${what} in line ${line} of the grammar`);
  }
}
