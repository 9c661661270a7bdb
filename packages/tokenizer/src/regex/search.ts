import { backtrackingSearch } from './backtracking.js';
import { backtrackingRisks } from './linear/backtracking-risks.js';
import { linearSearch, type Search } from './linear/linear-search.js';
import { type ParsedRegex, parseRegex } from './linear/parse.js';
import { compile } from './linear/program.js';

type SearchIn = (text: string) => Search;

/** Shorter runs are given back quickly enough. */
const longRun = 64;

/** More states are not made of an expression whose steps are counted. */
const maxStates = 100_000;

/**
 * What finds the matches of a regular expression: the platform in texts in which that certainly takes linear time, our
 * own search in others: one that takes linear time, or, where the expression has what does not ({@link ParsedRegex}),
 * one that counts its steps. Undefined if it is too large for all of them.
 */
export function createSearch(regex: RegExp): SearchIn | undefined {
  const parsed = parseRegex(regex);
  if (!parsed) return undefined;
  // Groups that have captured nothing match as nothing on the platform, and not at all in the reference.
  const risks = parsed.hasBackReferences ? undefined : backtrackingRisks(parsed.node);
  const onPlatform = platformSearch(regex);
  if (risks?.length === 0) return onPlatform;
  const own = ownSearch(parsed, regex);
  if (!risks) return own;
  const runs = risks.map(set => `(?<!${set})${set}{${longRun}}`).join('|');
  const hasLongRun = new RegExp(runs, regex.flags.replace('g', ''));
  return own && (text => (text.length >= longRun && hasLongRun.test(text) ? own(text) : onPlatform(text)));
}

function ownSearch({ node, isLinear }: ParsedRegex, regex: RegExp): SearchIn | undefined {
  const linear = isLinear ? compile(node) : undefined;
  if (linear) return linearSearch(linear, regex);
  const program = compile(node, false, maxStates);
  return program && backtrackingSearch(program, regex);
}

const platformSearch =
  (regex: RegExp): SearchIn =>
  text =>
  at => {
    regex.lastIndex = at;
    let match = at <= text.length ? regex.exec(text) : null;
    // Engines find what only looks around within characters of two units, too.
    while (match && isInsideSurrogatePair(text, match.index)) {
      regex.lastIndex = match.index + 1;
      match = regex.exec(text);
    }
    return match ? [match.index, match.index + match[0].length] : undefined;
  };

const isInsideSurrogatePair = (text: string, at: number) =>
  (text.charCodeAt(at) & 0xfc00) === 0xdc00 && at > 0 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
