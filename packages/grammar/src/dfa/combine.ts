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
  const starts = new Set<number>();
  for (const { from, to } of [...a, ...b]) starts.add(from).add(to + 1);
  const bounds = [...starts].sort((x, y) => x - y);
  const pieces: [number, number, Pair][] = [];
  let [i, j] = [0, 0];
  for (let k = 0; k + 1 < bounds.length; k++) {
    const from = bounds[k]!;
    while (i < a.length && a[i]!.to < from) i++;
    while (j < b.length && b[j]!.to < from) j++;
    const x = i < a.length && a[i]!.from <= from ? a[i]!.state : dead;
    const y = j < b.length && b[j]!.from <= from ? b[j]!.state : dead;
    if (x !== dead || y !== dead) pieces.push([from, bounds[k + 1]! - 1, [x, y]]);
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
