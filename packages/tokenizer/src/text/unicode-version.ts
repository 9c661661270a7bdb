import { CodePointMap, CodePointSet } from './code-point-set.js';
import { changedRuns, equivalentRuns, equivalents, newerRuns } from './generated/unicode-tables.js';

/**
 * Platforms know different versions of Unicode, and ids must not depend on that. What Unicode 14 has, all of them know
 * (Chrome 110, Firefox 115, Safari 16.4 and Node 20 do); of what is newer, the tables here say what the reference knows
 * of it.
 */
const cachedSets = /* @__PURE__ */ new Map<string, CodePointSet>();
let equivalentMap: CodePointMap | undefined;

/**
 * The code points that Unicode 14 does not assign (noncharacters apart, which stay that for good), and those of a
 * generated table; made once for each.
 */
export function newerCodePoints(runs = ''): CodePointSet {
  let set = cachedSets.get(runs);
  if (!set) cachedSets.set(runs, (set = new CodePointSet(newerRuns, runs)));
  return set;
}

/**
 * The older character whose properties are asked instead of those of `char`, which is the same one for most; it has as
 * many UTF-16 units.
 */
export function olderEquivalent(char: string): string {
  const code = char.codePointAt(0)!;
  if (!newerCodePoints(changedRuns).has(code)) return char;
  equivalentMap ??= new CodePointMap(equivalentRuns);
  const kind = equivalentMap.get(code);
  return kind === undefined ? (code > 0xffff ? '\u{1fffe}' : '\ufdd0') : String.fromCodePoint(equivalents[kind]!);
}

/**
 * A text with the older equivalents of its characters, but for those of which `isKept` holds; every character keeps its
 * index.
 */
export const withOlderEquivalents = (text: string, isKept: (code: number) => boolean): string =>
  newerCodePoints(changedRuns).replace(text, char => (isKept(char.codePointAt(0)!) ? char : olderEquivalent(char)));
