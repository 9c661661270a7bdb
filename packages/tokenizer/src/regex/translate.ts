import { failFile } from '../errors.js';
import { caseVariants } from './case-variants.js';
import { readClass } from './class.js';
import { bareWord, readEscape } from './escapes.js';
import { Source } from './source.js';

/**
 * The JavaScript regular expression that matches what a pattern in Oniguruma's syntax matches (that of `tokenizer.json`).
 *
 * White space, digits, words and letters are Unicode's; `.` stops at U+000A alone; `^` and `$` stand at line ends.
 * `(?i:...)` is written out. Atomic groups and possessive repetition become lookaheads with back references. What cannot be
 * said in JavaScript (recursion, conditions, absence operators) is an error that names it.
 */
export function translateRegex(pattern: string, where: string): RegExp {
  const source = new Source(pattern, message => failFile(`${where}: ${message} in the regular expression ${pattern}`));
  const translation = new Translation(source);
  const body = translation.alternatives({ ignoreCase: false, extended: false, dotAll: false });
  if (!source.done) source.fail(`")" without "(" at ${source.at}`);
  try {
    return new RegExp(body, translation.needsSets ? 'gv' : 'gu');
  } catch (error) {
    return source.fail(`JavaScript refuses the translation (${(error as Error).message})`);
  }
}

interface Modes {
  readonly ignoreCase: boolean;
  readonly extended: boolean;
  readonly dotAll: boolean;
}

class Translation {
  /** Groups of ours and of the pattern so far, in the order of their opening. */
  #groups = 0;
  /** The pattern's own numbered groups, as JavaScript numbers them. */
  readonly #numbers: number[] = [];
  needsSets = false;

  constructor(readonly source: Source) {}

  /** Everything up to a closing bracket or the end. */
  alternatives(modes: Modes): string {
    const { source } = this;
    let written = '';
    let now = modes;
    while (!source.done && source.peek() !== ')') {
      if (source.take('|')) {
        written += '|';
        continue;
      }
      if (now.extended && this.#skipComment()) continue;
      const switched = this.#modeSwitch(now);
      if (switched) {
        // (?i) holds to the end of the group, alternatives included.
        now = switched;
        return `${written}(?:${this.alternatives(now)})`;
      }
      const firstGroup = this.#groups + 1;
      const atom = this.#atom(now);
      written += atom === '' ? '' : this.#repeated(atom, firstGroup);
    }
    return written;
  }

  #skipComment(): boolean {
    const { source } = this;
    if (/\s/.test(source.peek())) {
      source.next();
      return true;
    }
    if (!source.take('#')) return false;
    while (!source.done && source.next() !== '\n');
    return true;
  }

  #modeSwitch(modes: Modes): Modes | undefined {
    const match = this.source.match(/^\(\?([imx]*)(?:-([imx]*))?\)/);
    return match ? withModes(modes, match[1]!, match[2] ?? '') : undefined;
  }

  #atom(modes: Modes): string {
    const { source } = this;
    const char = source.next();
    switch (char) {
      case '(':
        return this.#group(modes);
      case '[': {
        const read = readClass(source, modes.ignoreCase);
        this.needsSets ||= read.needsSets;
        return read.written;
      }
      case '.':
        return modes.dotAll ? '[\\s\\S]' : '[^\\n]';
      case '^':
        return '(?<=^|\\n)';
      case '$':
        return '(?=\\n|$)';
      case '\\':
        return this.#escape(modes);
      case '*':
      case '+':
      case '?':
        return source.fail(`nothing to repeat before "${char}"`);
      default:
        return modes.ignoreCase ? caseVariants(char) : literal(char);
    }
  }

  #escape(modes: Modes): string {
    const { source } = this;
    const reference = source.match(/^[1-9]\d*/);
    if (reference) {
      const number = this.#numbers[Number(reference[0]) - 1];
      return number === undefined ? source.fail(`back reference \\${reference[0]} to no group`) : `(?:\\${number})`;
    }
    const named = source.match(/^k<([A-Za-z_]\w*)>/);
    if (named) return `\\k<${named[1]}>`;
    const anchor = source.match(/^[bBAzZG]/)?.[0];
    if (anchor) return anchors[anchor] ?? source.fail(`\\${anchor}`);
    const linebreak = source.match(/^R/);
    if (linebreak) return '(?:\\r\\n|[\\n-\\r\\u0085\\u2028\\u2029])';
    const bare = source.match(/^[wWNO]/)?.[0];
    if (bare) return bares[bare]!;
    const read = readEscape(source);
    if ('set' in read) return read.set;
    return modes.ignoreCase ? caseVariants(read.char) : literal(read.char);
  }

  #group(modes: Modes): string {
    const { source } = this;
    if (source.match(/^\?#[^)]*\)/)) return '';
    const inline = source.match(/^\?([imx]*)(?:-([imx]*))?:/);
    if (inline) return this.#close(`(?:`, withModes(modes, inline[1]!, inline[2] ?? ''));
    const look = source.match(/^\?(?:[=!]|<[=!])/)?.[0];
    if (look) return this.#close(`(${look}`, modes);
    if (source.match(/^\?>/)) {
      const number = ++this.#groups;
      return `${this.#close('(?=(', modes)})\\${number}(?:)`;
    }
    const name = source.match(/^\?<([A-Za-z_]\w*)>/)?.[1];
    if (source.peek() === '?' && name === undefined) return source.fail(`"(${source.rest(3)}" cannot be translated`);
    this.#numbers.push(++this.#groups);
    return this.#close(name === undefined ? '(' : `(?<${name}>`, modes);
  }

  #close(opening: string, modes: Modes): string {
    const written = `${opening}${this.alternatives(modes)})`;
    if (!this.source.take(')')) this.source.fail('"(" without ")"');
    return written;
  }

  /** An atom with its repetition. `a++` becomes the atomic `(?=(a+))\1`; groups inside count one further then. */
  #repeated(atom: string, firstGroup: number): string {
    const { source } = this;
    let written = atom;
    for (;;) {
      const interval = source.match(/^\{(\d*)(,?)(\d*)\}/);
      const sign = interval ? undefined : source.match(/^[*+?]/)?.[0];
      if (!interval && !sign) return written;
      const count = interval ? `{${interval[1] || '0'}${interval[2]}${interval[3]}}` : sign!;
      if (written !== atom) written = `(?:${written})`;
      if (source.take('?')) written += `${count}?`;
      else if (source.take('+')) {
        // The reference's engine reads {n,m}+ as a repeated repetition; the patterns in use mean "possessive" by it.
        if (this.#groups >= firstGroup) return source.fail('possessive repetition of a group that captures');
        written = `(?=(${written}${count}))\\${++this.#groups}(?:)`;
      } else written += count;
    }
  }
}

const withModes = (modes: Modes, on: string, off: string): Modes => ({
  ignoreCase: (modes.ignoreCase || on.includes('i')) && !off.includes('i'),
  extended: (modes.extended || on.includes('x')) && !off.includes('x'),
  dotAll: (modes.dotAll || on.includes('m')) && !off.includes('m'),
});

const literal = (char: string) => (/[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char);

/** Letters that mean another set outside of classes, or are only known there. */
const bares: { readonly [letter: string]: string } = { ...bareWord, N: '[^\\n]', O: '[\\s\\S]' };
const { w: word } = bareWord;
const anchors: { readonly [name: string]: string } = {
  b: `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`,
  B: `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`,
  A: '(?<![\\s\\S])',
  z: '(?![\\s\\S])',
  Z: '(?=\\n?(?![\\s\\S]))',
};
