import { nestedCounts } from './counts.js';
import { type Dfa, dfaOf } from './dfa/dfa.js';

/** A part of a grammar over bytes: a context-free grammar whose terminals are automata. */
export type Node =
  /** The texts of an automaton over bytes. */
  | { readonly kind: 'terminal'; readonly dfa: Dfa }
  /** One part after another. */
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  /** One of some nodes. */
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  /** A body `min` to `max` times; `max` may be Infinity. */
  | { readonly kind: 'repeat'; readonly body: Node; readonly min: number; readonly max: number }
  | Rule;

/** A named part, which may contain itself; `body` is set once it is known. */
export interface Rule {
  readonly kind: 'rule';
  readonly name: string;
  body: Node | undefined;
}

type Repeat = Extract<Node, { kind: 'repeat' }>;

/** A terminal of the texts of an automaton over bytes. */
export const terminal = (dfa: Dfa): Node => ({ kind: 'terminal', dfa });

/** A terminal of one text. */
export const literal = (text: string): Node => terminal(dfaOf([new TextEncoder().encode(text)]));

/** One node after another. */
export const sequence = (...parts: readonly Node[]): Node =>
  parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };

/** One of some nodes; without any, no text at all. */
export const choice = (...options: readonly Node[]): Node =>
  options.length === 1 ? options[0]! : { kind: 'choice', options };

/** A body `min` to `max` times. */
export function repeat(body: Node, min: number, max: number): Node {
  if (min === 1 && max === 1) return body;
  const counts = body.kind === 'repeat' ? nestedCounts(body, { min, max }) : undefined;
  return counts ? { ...(body as Repeat), ...counts } : { kind: 'repeat', body, min, max };
}

/** A rule without a body yet. */
export const rule = (name: string): Rule => ({ kind: 'rule', name, body: undefined });
