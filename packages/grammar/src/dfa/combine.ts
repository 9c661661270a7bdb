import { type Dfa, type Edge, explore } from './dfa.js';

/** The state that no symbol leaves. */
const dead = -1;
type Pair = readonly [a: number, b: number];

/** The texts of both automata. */
export const intersection = (a: Dfa, b: Dfa): Dfa =>
  combine(
    a,
    b,
    ([x, y]) => x !== dead && y !== dead,
    (x, y) => x && y,
  );

/** The texts of either automaton. */
export const union = (a: Dfa, b: Dfa): Dfa =>
  combine(
    a,
    b,
    ([x, y]) => x !== dead || y !== dead,
    (x, y) => x || y,
  );

/** The texts of `a` that are not in `b`. */
export const difference = (a: Dfa, b: Dfa): Dfa =>
  combine(
    a,
    b,
    ([x]) => x !== dead,
    (x, y) => x && !y,
  );

/** Runs two automata at once (Rabin and Scott 1959). */
function combine(a: Dfa, b: Dfa, goesOn: (pair: Pair) => boolean, accepts: (a: boolean, b: boolean) => boolean): Dfa {
  return explore<Pair>({
    start: [0, 0],
    key: ([x, y]) => (x + 1) * 0x1000000 + y + 1,
    accepts: ([x, y]) => accepts(a.accepts[x] ?? false, b.accepts[y] ?? false),
    edges: ([x, y]) => overlay(a.edges[x] ?? [], b.edges[y] ?? []).filter(([, , pair]) => goesOn(pair)),
  });
}

/** The pieces of two lists of edges between all of their bounds, each with the states that both lead to. */
function overlay(a: readonly Edge[], b: readonly Edge[]): [from: number, to: number, state: Pair][] {
  const pieces: [number, number, Pair][] = [];
  /** The first symbol after `from` at which the edge begins or is over. */
  const change = (edge: Edge | undefined, from: number) =>
    edge === undefined ? Infinity : edge.from > from ? edge.from : edge.to + 1;
  let [i, j] = [0, 0];
  for (let from = 0; i < a.length || j < b.length; ) {
    const [x, y] = [a[i], b[j]];
    const next = Math.min(change(x, from), change(y, from));
    const pair: Pair = [x && x.from <= from ? x.state : dead, y && y.from <= from ? y.state : dead];
    if (pair[0] !== dead || pair[1] !== dead) pieces.push([from, next - 1, pair]);
    if (x && x.to < next) i++;
    if (y && y.to < next) j++;
    from = next;
  }
  return pieces;
}

/** The texts of an automaton with `min` to `max` symbols. */
export const withLength = ({ accepts, edges }: Dfa, min: number, max: number): Dfa =>
  explore<Pair>({
    start: [0, 0],
    key: ([state, length]) => state * 0x1000000 + length,
    accepts: ([state, length]) => accepts[state]! && length >= min,
    edges: ([state, length]) =>
      length >= max
        ? []
        : edges[state]!.map(({ from, to, state: next }) => {
            return [from, to, [next, max === Infinity ? Math.min(length + 1, min) : length + 1]] as const;
          }),
  });
