import { CodePointMap, CodePointSet } from './code-point-set.js';
import { changedRuns, equivalentRuns, equivalents, newerRuns } from './generated/unicode-tables.js';

/**
 * Platforms have different versions of Unicode, and ids must not depend on them. All supported platforms have Unicode
 * 14 (Chrome 110, Firefox 115, Safari 16.4, Node 20). For newer characters, tables hold what the reference knows.
 */
const cachedSets = /* @__PURE__ */ new Map<string, CodePointSet>();
let equivalentMap: CodePointMap | undefined;

/**
 * The code points that Unicode 14 does not assign (except noncharacters, which never change), together with those of a
 * generated table. Cached per table.
 */
export function newerCodePoints(runs = ''): CodePointSet {
  let set = cachedSets.get(runs);
  if (!set) cachedSets.set(runs, (set = new CodePointSet(newerRuns, runs)));
  return set;
}

/**
 * The older character whose properties stand for those of `char`: mostly `char` itself. It has the same number of
 * UTF-16 units.
 */
export function olderEquivalent(char: string): string {
  const code = char.codePointAt(0)!;
  if (!newerCodePoints(changedRuns).has(code)) return char;
  equivalentMap ??= new CodePointMap(equivalentRuns);
  const kind = equivalentMap.get(code);
  return kind === undefined ? (code > 0xffff ? '\u{1fffe}' : '\ufdd0') : String.fromCodePoint(equivalents[kind]!);
}

/**
 * A text with its characters replaced by their older equivalents, except those for which `isKept` holds. All indices
 * stay the same.
 */
export const withOlderEquivalents = (text: string, isKept: (code: number) => boolean): string =>
  newerCodePoints(changedRuns).replace(text, char => (isKept(char.codePointAt(0)!) ? char : olderEquivalent(char)));
