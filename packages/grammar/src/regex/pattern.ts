import { difference, intersection } from '../dfa/combine.js';
import type { Dfa } from '../dfa/dfa.js';
import type { Pattern } from './syntax.js';
import { regexToDfa } from './to-dfa.js';

/** The automaton of an expression, as `regexToDfa` makes it, of the texts at whose start its lookaheads hold. */
export function patternToDfa({ lookaheads, regex }: Pattern, where: string, { anywhere = false } = {}): Dfa {
  let dfa = regexToDfa(regex, where, { anywhere });
  for (const { regex: ahead, isNegative } of lookaheads) {
    const fromStart = regexToDfa({ kind: 'sequence', parts: [{ kind: 'start' }, ahead] }, where, { anywhere: true });
    dfa = isNegative ? difference(dfa, fromStart) : intersection(dfa, fromStart);
  }
  return dfa;
}
