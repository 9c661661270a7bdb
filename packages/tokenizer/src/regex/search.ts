import { linearSearch, type Search } from './linear/linear-search.js';
import { type Node, parseRegex } from './linear/parse.js';
import { compile } from './linear/program.js';
import { risksOf } from './linear/risks.js';

type SearchIn = (text: string) => Search;

/** Shorter runs are given back quickly enough. */
const longRun = 64;

/**
 * What finds the matches of a regular expression: the platform in texts in which that certainly takes linear time, our own search in others, if it knows all that
 * the expression has ({@link parseRegex}).
 */
export function searchOf(regex: RegExp): SearchIn {
  const node = parseRegex(regex);
  const risks = node && risksOf(node);
  const onPlatform = platformSearch(regex);
  if (!node || risks?.length === 0) return onPlatform;
  let linear: SearchIn | undefined;
  const inLinearTime = (text: string) => (linear ??= ownSearch(node, regex.flags) ?? onPlatform)(text);
  if (!risks) return inLinearTime;
  const runs = risks.map(set => `(?<!${set})${set}{${longRun}}`).join('|');
  const hasLongRun = new RegExp(runs, regex.flags.replace('g', ''));
  return text => (text.length >= longRun && hasLongRun.test(text) ? inLinearTime(text) : onPlatform(text));
}

function ownSearch(node: Node, flags: string): SearchIn | undefined {
  const program = compile(node);
  return program && linearSearch(program, flags);
}

const platformSearch =
  (regex: RegExp): SearchIn =>
  text =>
  at => {
    regex.lastIndex = at;
    let match = at <= text.length ? regex.exec(text) : null;
    // Engines find what only looks around within characters of two units, too.
    while (match && isWithin(text, match.index)) {
      regex.lastIndex = match.index + 1;
      match = regex.exec(text);
    }
    return match ? [match.index, match.index + match[0].length] : undefined;
  };

const isWithin = (text: string, at: number) =>
  (text.charCodeAt(at) & 0xfc00) === 0xdc00 && at > 0 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
