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
    const match = at <= text.length ? regex.exec(text) : null;
    return match ? [match.index, match.index + match[0].length] : undefined;
  };
