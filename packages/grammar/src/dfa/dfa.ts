import { grammarError } from '../errors.js';
import { spend } from './effort.js';

/** Symbols `from` to `to`, both included, lead to `state`. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly state: number;
}

/**
 * A deterministic automaton over code points or bytes; state 0 is the start. The edges of a state ascend and do not
 * overlap; a symbol without an edge leads nowhere. Each state but the start can be reached and can reach an end.
 */
export interface Dfa {
  /** By state: whether a text may end there. */
  readonly accepts: readonly boolean[];
  /** By state: where symbols lead. */
  readonly edges: readonly (readonly Edge[])[];
}

/** What `explore` needs to know about the states of an automaton. */
export interface Exploration<State> {
  readonly start: State;
  /** Equal for equal states. */
  key(state: State): string | number;
  accepts(state: State): boolean;
  /** The symbols that lead on, ascending, without overlap. */
  edges(state: State): Iterable<readonly [from: number, to: number, state: State]>;
}

/** The most states of one automaton. */
const maxStates = 100_000;

/** Builds the automaton of all states that can be reached from the start; throws if they are too many. */
export function explore<State>({ start, key, accepts, edges }: Exploration<State>): Dfa {
  const numbers = new Map<string | number, number>([[key(start), 0]]);
  const states = [start];
  const all: Edge[][] = [];
  for (let number = 0; number < states.length; number++) {
    const list: Edge[] = [];
    for (const [from, to, state] of edges(states[number]!)) {
      const name = key(state);
      let target = numbers.get(name);
      if (target === undefined) {
        target = states.push(state) - 1;
        numbers.set(name, target);
        if (target >= maxStates) throw grammarError('option', `one automaton needs more than ${maxStates} states`);
      }
      appendEdge(list, from, to, target);
    }
    spend(list.length + 1);
    all.push(list);
  }
  return trim({ accepts: states.map(accepts), edges: all });
}

/** Appends an edge, joined to the last one where both are neighbours and lead to the same state. */
export function appendEdge(edges: Edge[], from: number, to: number, state: number): void {
  const last = edges.at(-1);
  if (last && last.state === state && last.to + 1 === from) edges[edges.length - 1] = { from: last.from, to, state };
  else edges.push({ from, to, state });
}

/** The automaton without states from which no end can be reached. */
export function trim({ accepts, edges }: Dfa): Dfa {
  const isLive = liveStates({ accepts, edges });
  const numbers = new Map<number, number>();
  for (const state of edges.keys()) if (state === 0 || isLive[state]) numbers.set(state, numbers.size);
  return {
    accepts: [...numbers.keys()].map(state => accepts[state]!),
    edges: [...numbers.keys()].map(state => {
      const list: Edge[] = [];
      for (const edge of edges[state]!)
        if (isLive[edge.state]) appendEdge(list, edge.from, edge.to, numbers.get(edge.state)!);
      return list;
    }),
  };
}

/** By state: 1 if an end can be reached, by edges for which `passes` holds. */
export function liveStates({ accepts, edges }: Dfa, passes: (edge: Edge) => boolean = () => true): Uint8Array {
  const sources: number[][] = edges.map(() => []);
  for (const [state, list] of edges.entries())
    for (const edge of list) if (passes(edge)) sources[edge.state]!.push(state);
  const isLive = Uint8Array.from(accepts, Number);
  const stack = [...accepts.keys()].filter(state => accepts[state]);
  for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
    for (const source of sources[state]!) {
      if (isLive[source]) continue;
      isLive[source] = 1;
      stack.push(source);
    }
  }
  return isLive;
}

/** Whether no text leads to an end. */
export const isEmpty = ({ accepts }: Dfa): boolean => !accepts.includes(true);

/** The state after a symbol; undefined if there is none. */
export const stepDfa = ({ edges }: Dfa, state: number, symbol: number): number | undefined =>
  edges[state]!.find(({ from, to }) => from <= symbol && symbol <= to)?.state;

/** Whether a list of symbols leads from the start to an end. */
export function acceptsSymbols(dfa: Dfa, symbols: Iterable<number>): boolean {
  let state: number | undefined = 0;
  for (const symbol of symbols) {
    state = stepDfa(dfa, state, symbol);
    if (state === undefined) return false;
  }
  return dfa.accepts[state]!;
}

/** The automaton of some lists of symbols: a trie. */
export function dfaOf(lists: Iterable<Iterable<number>>): Dfa {
  const accepts = [false];
  const next: Map<number, number>[] = [new Map()];
  for (const list of lists) {
    let state = 0;
    for (const symbol of list) {
      let target = next[state]!.get(symbol);
      if (target === undefined) {
        target = next.push(new Map()) - 1;
        accepts.push(false);
        next[state]!.set(symbol, target);
      }
      state = target;
    }
    accepts[state] = true;
  }
  const edges = next.map(targets =>
    [...targets].sort(([a], [b]) => a - b).map(([symbol, state]) => ({ from: symbol, to: symbol, state })),
  );
  return { accepts, edges };
}
