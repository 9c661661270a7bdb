import { escapeCharacter, foldedCharacters } from './case-variants.js';
import type { Dialect } from './dialect.js';
import { type Escape, readEscape, readPosix } from './escapes.js';
import type { PatternReader } from './pattern-reader.js';

/**
 * The highest letter with case, and wide ranges without any: Chinese, Japanese and Yi; Hangul, surrogates and private
 * use.
 */
const lastCased = 0x1e943;
const caseless = [
  [0x2e80, 0xa640],
  [0xabc0, 0xfb00],
] as const;

/** The maximum length of a translated class. */
const maxClassLength = 1 << 18;

interface TranslatedClass {
  readonly translation: string;
  /** Whether it needs the `v` flag (nested classes). */
  readonly needsVFlag: boolean;
}

/** Reads a class after its opening bracket, or the right side of an intersection after `&&`. */
export function readClass(
  source: PatternReader,
  ignoreCase: boolean,
  dialect: Dialect,
  isRight = false,
): TranslatedClass {
  return source.nested(() => readMembers(source, ignoreCase, dialect, isRight));
}

function readMembers(source: PatternReader, ignoreCase: boolean, dialect: Dialect, isRight: boolean): TranslatedClass {
  let needsVFlag = false;
  let output = !isRight && source.take('^') ? '[^' : '[';
  let isFirst = !isRight;
  for (;;) {
    if (source.done) source.fail('"[" without "]"');
    if (output.length > maxClassLength) source.fail('too much to translate');
    if (!isFirst && source.take(']')) return { translation: `${output}]`, needsVFlag };
    isFirst = false;
    if (source.take('&&')) {
      // Both sides of && become classes of their own: [a-z&&[^x]] is [[a-z]&&[^x]].
      const right = readClass(source, ignoreCase, dialect, true);
      const isNot = output.startsWith('[^');
      const left = `[${output.slice(isNot ? 2 : 1)}]`;
      return { translation: `[${isNot ? '^' : ''}${left}&&${right.translation}]`, needsVFlag: true };
    }
    if (source.take('[')) {
      const named = readPosix(source);
      if (named === undefined || named.startsWith('[')) needsVFlag = true;
      output +=
        named === undefined
          ? readClass(source, ignoreCase, dialect).translation
          : `${named}${otherCase(named, ignoreCase)}`;
      continue;
    }
    const from = member(source, dialect);
    if ('set' in from) {
      // \w is a class itself. Without its brackets it needs no nesting.
      const inner = /^\[(?!\^)(.*)\]$/.exec(from.set)?.[1];
      if (inner === undefined && from.set.startsWith('[')) needsVFlag = true;
      output += `${inner ?? from.set}${otherCase(from.set, ignoreCase)}`;
      continue;
    }
    const isRange = /^-[^\]]/.test(source.peekAhead(2)) && !/^-(\[|&&)/.test(source.peekAhead(3));
    if (!isRange) {
      output += (ignoreCase ? foldedCharacters(from.char) : [from.char]).map(escapeCharacter).join('');
      continue;
    }
    source.next();
    const to = member(source, dialect);
    if ('set' in to) output += `${escapeCharacter(from.char)}\\u{2d}${to.set}`;
    else output += range(source, from.char, to.char, ignoreCase);
  }
}

/** Adds the other case of a set of letters of one case if case is ignored. */
const otherCase = (set: string, ignoreCase: boolean) =>
  ignoreCase && /^\\p\{(?:Lu|Ll|Lt|Uppercase|Lowercase|Uppercase_Letter|Lowercase_Letter)\}$/.test(set)
    ? '\\p{Changes_When_Casemapped}'
    : '';

function member(source: PatternReader, dialect: Dialect): Escape {
  if (!source.take('\\')) return { char: source.next() };
  return source.take('b') ? { char: '\b' } : readEscape(source, dialect);
}

function range(source: PatternReader, from: string, to: string, ignoreCase: boolean): string {
  const [first, last] = [from.codePointAt(0)!, to.codePointAt(0)!];
  if (first > last) source.fail(`the range ${from}-${to} is empty`);
  let output = `${escapeCharacter(from)}-${escapeCharacter(to)}`;
  if (!ignoreCase) return output;
  const others = new Set<string>();
  for (const [code, folded] of casedCharacters()) {
    if (code < first || code > last) continue;
    for (const char of folded) if (char.codePointAt(0)! < first || char.codePointAt(0)! > last) others.add(char);
  }
  for (const char of others) output += escapeCharacter(char);
  return output;
}

/** All characters with case and their equivalents if case is ignored. Computed once. */
function casedCharacters(): ReadonlyMap<number, readonly string[]> {
  if (cased) return cased;
  cased = new Map<number, readonly string[]>();
  for (let code = 0; code <= lastCased; code++) {
    for (const [from, to] of caseless) if (code >= from && code < to) code = to;
    const char = String.fromCodePoint(code);
    if (char.toLowerCase() !== char.toUpperCase()) cased.set(code, foldedCharacters(char));
  }
  return cased;
}
let cased: Map<number, readonly string[]> | undefined;
