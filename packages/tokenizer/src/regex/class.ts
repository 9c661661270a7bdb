import { escapeCharacter, foldedCharacters } from './case-variants.js';
import { readEscape, readPosix } from './escapes.js';
import type { Source } from './source.js';

/** Wider ranges are not looked through letter by letter when case is ignored. */
const widestFoldedRange = 0x2000;

/** Reads a class after its opening bracket; `needsSets` says whether it takes the `v` flag (classes within classes). */
export function readClass(source: Source, ignoreCase: boolean): { written: string; needsSets: boolean } {
  let needsSets = false;
  let written = source.take('^') ? '[^' : '[';
  let isFirst = true;
  for (;;) {
    if (source.done) source.fail('"[" without "]"');
    if (!isFirst && source.take(']')) return { written: `${written}]`, needsSets };
    isFirst = false;
    if (source.take('&&')) {
      // Both sides of && become classes of their own: [a-z&&[^x]] is [[a-z]&&[^x]].
      const right = readClass(source, ignoreCase);
      const isNot = written.startsWith('[^');
      const left = `[${written.slice(isNot ? 2 : 1)}]`;
      return { written: `[${isNot ? '^' : ''}${left}&&${right.written}]`, needsSets: true };
    }
    if (source.take('[')) {
      const named = readPosix(source);
      if (named === undefined || named.startsWith('[')) needsSets = true;
      written +=
        named === undefined ? readClass(source, ignoreCase).written : `${named}${otherCase(named, ignoreCase)}`;
      continue;
    }
    const from = member(source);
    if ('set' in from) {
      // \w is a class itself: written without its brackets it needs no nesting.
      const inner = /^\[(?!\^)(.*)\]$/.exec(from.set)?.[1];
      if (inner === undefined && from.set.startsWith('[')) needsSets = true;
      written += `${inner ?? from.set}${otherCase(from.set, ignoreCase)}`;
      continue;
    }
    const isRange = /^-[^\]]/.test(source.rest(2)) && !/^-(\[|&&)/.test(source.rest(3));
    if (!isRange) {
      written += (ignoreCase ? foldedCharacters(from.char) : [from.char]).map(escapeCharacter).join('');
      continue;
    }
    source.next();
    const to = member(source);
    if ('set' in to) written += `${escapeCharacter(from.char)}\\u{2d}${to.set}`;
    else written += range(source, from.char, to.char, ignoreCase);
  }
}

/** What joins letters of one case where case is ignored. */
const otherCase = (set: string, ignoreCase: boolean) =>
  ignoreCase && /^\\p\{(?:Lu|Ll|Lt|Uppercase|Lowercase|Uppercase_Letter|Lowercase_Letter)\}$/.test(set)
    ? '\\p{Changes_When_Casemapped}'
    : '';

const member = (source: Source) => (source.take('\\') ? readEscape(source) : { char: source.next() });

function range(source: Source, from: string, to: string, ignoreCase: boolean): string {
  const [first, last] = [from.codePointAt(0)!, to.codePointAt(0)!];
  if (first > last) source.fail(`the range ${from}-${to} is empty`);
  let written = `${escapeCharacter(from)}-${escapeCharacter(to)}`;
  if (!ignoreCase) return written;
  if (last - first > widestFoldedRange) source.fail(`the range ${from}-${to} is too wide to ignore case in`);
  const others = new Set<string>();
  for (let code = first; code <= last; code++) {
    for (const char of foldedCharacters(String.fromCodePoint(code))) {
      if (char.codePointAt(0)! < first || char.codePointAt(0)! > last) others.add(char);
    }
  }
  for (const char of others) written += escapeCharacter(char);
  return written;
}
