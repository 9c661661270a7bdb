import { abbreviate, failFile } from '../errors.js';
import { anchors, anything, bareEscapes, lineEnd, lineStart } from './anchors.js';
import { literal } from './case-variants.js';
import { readClass } from './class.js';
import { type Dialect, type Modes, oniguruma } from './dialect.js';
import { readEscape } from './escapes.js';
import { atomic, backReference, numberGroups, openGroup } from './groups.js';
import { PatternReader } from './pattern-reader.js';

/**
 * Translates a pattern in Oniguruma's syntax (that of `tokenizer.json`), or in another dialect, to a JavaScript regular
 * expression with the same matches.
 *
 * White space, digits, words and letters are Unicode's; `.` does not match U+000A; `^` and `$` match at line ends.
 * `(?i:...)` is expanded to all cases. Atomic groups and possessive quantifiers become lookaheads with back references.
 * Features without an equivalent in JavaScript (recursion, conditions, absence operators) are errors that name them.
 * `where` is the path of the pattern for error messages.
 */
export function translateRegex(pattern: string, where: string, dialect: Dialect = oniguruma): RegExp {
  const source = new PatternReader(pattern, message =>
    failFile(`${where}: ${message} in the regular expression ${abbreviate(pattern)}`),
  );
  if (pattern.length > maxPatternLength)
    source.fail(`${pattern.length} characters, of which at most ${maxPatternLength} can be read,`);
  const translation = new Translation(source, dialect);
  const body = translation.alternatives({ ignoreCase: false, extended: false, dotAll: false, lines: dialect.lines });
  if (!source.done) source.fail(`")" without "(" at ${source.at}`);
  try {
    return new RegExp(numberGroups(body), translation.needsVFlag ? 'gv' : 'gu');
  } catch (error) {
    return source.fail(`JavaScript refuses the translation (${abbreviate((error as Error).message)})`);
  }
}

/** Published patterns have fewer than 1,000 characters. */
const maxPatternLength = 10_000;
/** The maximum length of the translation. A class with many ranges is long if case is ignored. */
const maxTranslationLength = 1 << 20;
/** The maximum count of a repetition, as in Oniguruma. */
const maxRepetitions = 100_000;

class Translation {
  /** The number of groups so far, those of the translation included. */
  #groups = 0;
  /** The pattern's own groups, by number and by name. */
  readonly #captures: number[] = [];
  readonly #named = new Map<string, number>();
  readonly #open = new Set<number>();
  /** If any group has a name, groups without one do not capture. */
  readonly #hasNames: boolean;
  /** Lookbehinds are matched backward, which does not work for atomic groups. */
  #isInLookbehind = false;
  needsVFlag = false;

  constructor(
    readonly source: PatternReader,
    readonly dialect: Dialect,
  ) {
    this.#hasNames = /(?<!\\)\(\?(?:P?<(?![=!])|')/.test(source.pattern);
  }

  /** Translates everything up to a closing bracket or the end. */
  alternatives(modes: Modes): string {
    return this.source.nested(() => this.#alternatives(modes));
  }

  #alternatives(modes: Modes): string {
    const { source } = this;
    let output = '';
    while (!source.done && source.peek() !== ')') {
      if (output.length > maxTranslationLength) source.fail('too much to translate');
      if (source.take('|')) {
        output += '|';
        continue;
      }
      if (modes.extended && this.#skipComment()) continue;
      const switched = this.#switched(modes, /^\(\?([a-z]*)(?:-([a-z]*))?\)/);
      // (?i) applies to the end of the group, including alternatives.
      if (switched) return `${output}(?:${this.alternatives(switched)})`;
      const atom = this.#atom(modes);
      output += atom === '' ? '' : this.#repeated(atom);
    }
    return output;
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

  /** The modes after a switch, if one comes next. `shape` matches the letters that it switches on and off. */
  #switched(modes: Modes, shape: RegExp): Modes | undefined {
    const { flags } = this.dialect;
    const match = this.source.match(shape);
    if (!match) return undefined;
    const [all, on = '', off = ''] = match;
    const unknown = [...on, ...off].some(letter => !Object.hasOwn(flags, letter));
    if (unknown) this.source.fail(`"${all}" cannot be translated`);
    const set = (letters: string, value: boolean) => Object.fromEntries([...letters].map(name => [flags[name], value]));
    return { ...modes, ...set(on, true), ...set(off, false) };
  }

  #atom(modes: Modes): string {
    const { source } = this;
    const char = source.next();
    switch (char) {
      case '(':
        return this.#group(modes);
      case '[': {
        const read = readClass(source, modes.ignoreCase, this.dialect);
        this.needsVFlag ||= read.needsVFlag;
        return read.translation;
      }
      case '.':
        return modes.dotAll ? anything : '[^\\n]';
      case '^':
        return modes.lines ? lineStart : anchors.A!;
      case '$':
        return modes.lines ? '(?=\\n|$)' : anchors.z!;
      case '\\':
        return this.#escape(modes);
      case '*':
      case '+':
      case '?':
        return source.fail(`nothing to repeat before "${char}"`);
      default:
        return literal(char, modes.ignoreCase);
    }
  }

  #escape(modes: Modes): string {
    const { source } = this;
    const reference = this.#backReference();
    if (reference !== undefined) return reference;
    const anchor = source.match(/^[bBAzZ]/)?.[0];
    if (anchor) return anchors[anchor]!;
    if (source.take('R')) return lineEnd;
    const bare = source.match(/^[wWNO]/)?.[0];
    if (bare) return bareEscapes[bare]!;
    const named = source.match(/^([pP])\{(\^?)word\}/i);
    if (named) return bareEscapes[(named[1] === 'p') === (named[2] === '') ? 'w' : 'W']!;
    const read = readEscape(source, this.dialect);
    return 'set' in read ? read.set : literal(read.char, modes.ignoreCase);
  }

  #backReference(): string | undefined {
    const { source } = this;
    const [, bracketed, quoted] = source.match(/^k(?:<([^>]+)>|'([^']+)')/) ?? [];
    const name = bracketed ?? quoted ?? source.match(/^[1-9]\d*/)?.[0];
    if (name === undefined) return undefined;
    const id = this.#named.get(name) ?? this.#captures[Number(name) - 1];
    if (this.#open.has(id!)) return source.fail(`back reference \\${name} within its own group`);
    if (id !== undefined) return `(?:${backReference(id)})`;
    if (!/^[1-7]\d/.test(name)) return source.fail(`back reference \\${name} to no group`);
    source.at -= name.length; // an octal character code
    return undefined;
  }

  #group(modes: Modes): string {
    const { source } = this;
    if (source.match(/^\?#[^)]*\)/)) return '';
    const switched = this.#switched(modes, /^\?([a-z]*)(?:-([a-z]*))?:/);
    if (switched) return this.#close('(?:', switched);
    const look = source.match(/^\?(?:[=!]|<[=!])/)?.[0];
    if (look) return this.#look(look, modes);
    if (source.take('?>')) return this.#atomic(this.#close('(?:', modes));
    const [named, bracketed, quoted] = source.match(/^\?(?:P?<([^>]+)>|'([^']+)')/) ?? [];
    if (source.peek() === '?') return source.fail(`"(${source.peekAhead(3)}" cannot be translated`);
    if (this.#hasNames && !named) return this.#close('(?:', modes);
    const id = ++this.#groups;
    this.#captures.push(id);
    if (named) this.#named.set((bracketed ?? quoted)!, id);
    this.#open.add(id);
    const output = this.#close(openGroup(id), modes);
    this.#open.delete(id);
    return output;
  }

  #look(look: string, modes: Modes): string {
    const before = this.#isInLookbehind;
    this.#isInLookbehind ||= look.startsWith('?<');
    const output = this.#close(`(${look}`, modes);
    this.#isInLookbehind = before;
    return output;
  }

  #atomic(body: string): string {
    if (this.#isInLookbehind) this.source.fail('possessive repetition or an atomic group in a lookbehind');
    return atomic(body, ++this.#groups);
  }

  #close(opened: string, modes: Modes): string {
    const output = `${opened}${this.alternatives(modes)})`;
    if (!this.source.take(')')) this.source.fail('"(" without ")"');
    return output;
  }

  /** An atom with its quantifiers. */
  #repeated(atom: string): string {
    const { source } = this;
    let output = atom;
    for (;;) {
      const count = source.match(/^\{(?:\d+(?:,\d*)?|,\d+)\}/)?.[0];
      const sign = count === undefined ? source.match(/^[*+?]/)?.[0] : undefined;
      if (count === undefined && sign === undefined) return output;
      if (output !== atom || /^\(\?(?:[=!]|<[=!])/.test(atom)) output = `(?:${output})`;
      output = sign === undefined ? this.#counted(output, count!) : this.#signed(output, sign);
    }
  }

  #signed(atom: string, sign: string): string {
    const { source } = this;
    if (source.take('?')) return `${atom}${sign}?`;
    return source.take('+') ? this.#atomic(`${atom}${sign}`) : `${atom}${sign}`;
  }

  /** An atom with a count. If the greater number comes first, the quantifier is possessive. */
  #counted(atom: string, count: string): string {
    const { source, dialect } = this;
    const [min = '', max] = count.slice(1, -1).split(',');
    for (const times of [min, max ?? '']) {
      if (Number(times) > maxRepetitions)
        source.fail(`${abbreviate(times)} times, of which at most ${maxRepetitions} can be counted,`);
    }
    if (max && Number(min) > Number(max)) return this.#atomic(`${atom}{${max},${min}}`);
    const output = `${atom}${min === '' ? `{0,${max}}` : count}`;
    if (source.peek() === '+' && dialect.possessiveCounts) {
      source.next();
      return this.#atomic(output);
    }
    if (!source.take('?')) return output;
    return max === undefined && !dialect.lazyCounts ? `(?:${output})?` : `${output}?`;
  }
}
