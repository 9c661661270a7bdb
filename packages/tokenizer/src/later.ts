import { CodeMap, CodeSet } from './code-set.js';
import { laterRuns, standInRuns, standIns } from './generated/unicode-tables.js';

/**
 * Platforms know different versions of Unicode, and ids must not depend on that. What Unicode 14 has, all of them know (Chrome 110, Firefox 115, Safari 16.4 and
 * Node 20 do); of what is newer, the tables here say what the reference knows of it.
 */
let later: CodeSet | undefined;
let known: CodeMap | undefined;

/** The code points that Unicode 14 does not assign (noncharacters apart, which stay that for good). */
export const laterCodes = (): CodeSet => (later ??= new CodeSet(laterRuns));

/** A letter that has become one without case. */
const changed = 0x295;
const changedChar = '\u0295';

/** The character whose properties are asked instead of those of `char`, the same one for most; it has as many UTF-16 units. */
export function standIn(char: string): string {
  const code = char.codePointAt(0)!;
  if (code < changed || (code !== changed && !laterCodes().has(code))) return char;
  known ??= new CodeMap(standInRuns);
  const kind = known.get(code);
  return kind === undefined ? (code > 0xffff ? '\u{1fffe}' : '\ufdd0') : String.fromCodePoint(standIns[kind]!);
}

/** A text with the stand-ins of its characters, but for those of which `isKept` holds; every character keeps its place. */
export function withStandIns(text: string, isKept: (code: number) => boolean): string {
  let written = '';
  let from = 0;
  let [at, other] = [laterCodes().find(text), text.indexOf(changedChar)];
  while (at !== -1 || other !== -1) {
    const first = at === -1 || (other !== -1 && other < at) ? other : at;
    const code = text.codePointAt(first)!;
    const to = first + (code > 0xffff ? 2 : 1);
    const char = text.slice(first, to);
    written += text.slice(from, first) + (isKept(code) ? char : standIn(char));
    from = to;
    if (first === at) at = laterCodes().find(text, to);
    else other = text.indexOf(changedChar, to);
  }
  return from === 0 ? text : written + text.slice(from);
}
