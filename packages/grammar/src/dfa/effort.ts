import { grammarError } from '../errors.js';

/** The most edges that all automata of a schema, an expression or a grammar may have together while it is compiled. */
const maxEdges = 500_000;
let edges = 0;

/** Counts the edges that are made from now on, up to the end of a compilation. */
export function resetEffort(): void {
  edges = 0;
}

/** Counts some edges; throws if they are too many. */
export function spend(count: number): void {
  edges += count;
  if (edges > maxEdges) throw grammarError('option', `all automata together need more than ${maxEdges} edges`);
}
