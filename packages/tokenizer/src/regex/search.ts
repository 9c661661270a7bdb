import { backtrackingSearch } from './backtracking.js';
import { backtrackingRisks } from './linear/backtracking-risks.js';
import { linearSearch, type Search } from './linear/linear-search.js';
import { type ParsedRegex, parseRegex } from './linear/parse.js';
import { compile } from './linear/program.js';

type SearchIn = (text: string) => Search;

/** The platform gives shorter runs back fast enough. */
const longRun = 64;

/** The maximum number of states of an expression that is matched by backtracking. */
const maxStates = 100_000;

/**
 * Creates a search for the matches of a regular expression: the platform for texts in which it certainly takes linear
 * time; otherwise a linear search, or, if the expression has {@link Nonlinear} parts, a backtracking search with a step
 * budget. Undefined if the expression is too large for all of them.
 */
export function createSearch(regex: RegExp): SearchIn | undefined {
  const parsed = parseRegex(regex);
  if (!parsed) return undefined;
  // A reference to a group without a capture matches the empty text on the platform and never matches in the reference.
  const risks = parsed.hasBackReferences ? undefined : backtrackingRisks(parsed.node);
  const onPlatform = platformSearch(regex);
  if (risks?.length === 0) return onPlatform;
  const linearOrCounted = ownSearch(parsed, regex);
  if (!risks) return linearOrCounted;
  const runs = risks.map(set => `(?<!${set})${set}{${longRun}}`).join('|');
  const hasLongRun = new RegExp(runs, regex.flags.replace('g', ''));
  return (
    linearOrCounted &&
    (text => (text.length >= longRun && hasLongRun.test(text) ? linearOrCounted(text) : onPlatform(text)))
  );
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
    // Engines also match look-arounds inside surrogate pairs.
    while (match && isInsideSurrogatePair(text, match.index)) {
      regex.lastIndex = match.index + 1;
      match = regex.exec(text);
    }
    return match ? [match.index, match.index + match[0].length] : undefined;
  };

const isInsideSurrogatePair = (text: string, at: number) =>
  (text.charCodeAt(at) & 0xfc00) === 0xdc00 && at > 0 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
