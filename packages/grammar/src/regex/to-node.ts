import { ResidualError } from '@residual/base';
import { toBytes } from '../dfa/bytes.js';
import { choice, type Node, repeat, sequence, terminal } from '../node.js';
import { patternToDfa } from './pattern.js';
import { type Pattern, type Regex, sizeOf } from './syntax.js';
import { regexToDfa } from './to-dfa.js';

/** The most states, and ranges of code points, of an automaton that is made as one. */
const maxSize = 2000;

/**
 * The grammar of the texts that a regular expression matches as a whole. Where one automaton would be too large, it is
 * made of the automata of its parts, whose states together are made when a text reaches them: an expression may count
 * to a million. Throws if that part has anchors. `where` is the beginning of error messages.
 */
export function patternNode(pattern: Pattern, where: string): Node {
  const { lookaheads, regex } = pattern;
  if (lookaheads.length > 0) return terminal(toBytes(patternToDfa(pattern, where)));
  const whole = regex.kind === 'sequence' ? { ...regex, parts: withoutAnchors(regex.parts) } : regex;
  return hasAnchors(whole) ? terminal(toBytes(regexToDfa(whole, where))) : nodeOf(whole, where);
}

/** The parts without anchors at both ends, where they always hold. */
function withoutAnchors(parts: readonly Regex[]): readonly Regex[] {
  const first = parts.findIndex(({ kind }) => kind !== 'start');
  return first < 0 ? [] : parts.slice(first, parts.findLastIndex(({ kind }) => kind !== 'end') + 1);
}

const hasAnchors = (regex: Regex): boolean => {
  switch (regex.kind) {
    case 'set':
      return false;
    case 'sequence':
      return regex.parts.some(hasAnchors);
    case 'choice':
      return regex.options.some(hasAnchors);
    case 'repeat':
      return hasAnchors(regex.body);
    default:
      return true;
  }
};

function nodeOf(regex: Regex, where: string): Node {
  if (sizeOf(regex, set => set.length) <= maxSize) {
    try {
      return terminal(toBytes(regexToDfa(regex, where, { maxStates: maxSize })));
    } catch (error) {
      if (!ResidualError.is(error) || regex.kind === 'set') throw error;
    }
  }
  const halves = <T>(list: readonly T[]) => [list.slice(0, list.length / 2), list.slice(list.length / 2)] as const;
  switch (regex.kind) {
    case 'sequence': {
      if (regex.parts.length === 1) return nodeOf(regex.parts[0]!, where);
      return sequence(...halves(regex.parts).map(parts => nodeOf({ kind: 'sequence', parts }, where)));
    }
    case 'choice': {
      if (regex.options.length === 1) return nodeOf(regex.options[0]!, where);
      return choice(...halves(regex.options).map(options => nodeOf({ kind: 'choice', options }, where)));
    }
    case 'repeat':
      return repeat(nodeOf(regex.body, where), regex.min, regex.max);
    default:
      return terminal(toBytes(regexToDfa(regex, where)));
  }
}
