import { allCodePoints, type CodePoints } from '../dfa/code-points.js';
import { type Dfa, explore } from '../dfa/dfa.js';
import { grammarError } from '../errors.js';
import { type Regex, sizeOf } from './syntax.js';

/** One state of a program: reads a code point of a set, goes on in several ways, or asks where in the text it is. */
type State =
  | { readonly kind: 'read'; readonly set: CodePoints; next: number }
  | { readonly kind: 'split'; readonly next: number[] }
  | { readonly kind: 'start' | 'end'; next: number };

/** The most states of a program; a repetition has its body's states as often as it counts. */
const mostStates = 50_000;

/** How often a state of a program may be in a state of its automaton, on average over the most states. */
const maxWays = 30;

/** The states of a program that a text so far may have reached, without splits. */
interface Subset {
  readonly number: number;
  readonly states: readonly number[];
}

/**
 * The automaton over code points of the texts that a regular expression matches: as a whole, or, with `anywhere`, those
 * that contain a match, as `pattern` of JSON Schema means. Thompson 1968; the anchors hold exactly where they stand.
 * `where` is the beginning of error messages.
 */
export function regexToDfa(regex: Regex, where: string, { anywhere = false, maxStates = mostStates } = {}): Dfa {
  const needed = sizeOf(regex, () => 1);
  if (needed > maxStates)
    throw grammarError('option', `${where} needs ${needed} states, each count included; ${maxStates} would fit`);
  const { states, start, rest } = compile(regex, anywhere);
  const { pieces, piecesOf } = partition(states);
  let work = 0;
  const follow = (from: Iterable<number>, passed: { isStart: boolean; isEnd: boolean }): readonly number[] => {
    const seen = new Set(from);
    for (const number of seen) {
      const state = states[number]!;
      if (state.kind === 'split') for (const next of state.next) seen.add(next);
      else if ((state.kind === 'start' && passed.isStart) || (state.kind === 'end' && passed.isEnd))
        seen.add(state.next);
    }
    work += seen.size;
    if (work > maxWays * maxStates)
      throw grammarError('option', `${where} has too many ways to be read: over ${maxWays * maxStates} in all states`);
    // After a match, whatever follows matches too.
    if (rest !== undefined && seen.has(rest)) return [matched, rest];
    return [...seen].filter(number => states[number]!.kind !== 'split').sort((a, b) => a - b);
  };
  const first: Subset = { number: 0, states: follow([start], { isStart: true, isEnd: false }) };
  const subsets = new Map<string, Subset>();
  const after = (from: Iterable<number>): Subset => {
    const reached = follow(from, { isStart: false, isEnd: false });
    const key = reached.join();
    const known = subsets.get(key);
    if (known) return known;
    const subset = { number: subsets.size + 1, states: reached };
    subsets.set(key, subset);
    return subset;
  };
  return explore<Subset>({
    start: first,
    key: ({ number }) => number,
    accepts: subset => follow(subset.states, { isStart: subset === first, isEnd: true }).includes(matched),
    edges: subset => {
      const targets: number[][] = pieces.map(() => []);
      for (const number of subset.states) {
        const state = states[number]!;
        if (state.kind === 'read') for (const piece of piecesOf.get(state.set)!) targets[piece]!.push(state.next);
      }
      const byKey = new Map<string, Subset>();
      const edges: [number, number, Subset][] = [];
      for (const [piece, next] of targets.entries()) {
        if (next.length === 0) continue;
        const key = next.join();
        const target = byKey.get(key) ?? after(next);
        byKey.set(key, target);
        for (const [from, to] of pieces[piece]!) edges.push([from, to, target]);
      }
      return edges.sort(([a], [b]) => a - b);
    },
  });
}

/** The number of the state in which the expression has matched. */
const matched = 0;

/** The program of an expression; `rest` is its state that reads whatever follows a match, if it does. */
function compile(regex: Regex, anywhere: boolean): { states: State[]; start: number; rest: number | undefined } {
  const states: State[] = [{ kind: 'split', next: [] }];
  const add = (state: State): number => states.push(state) - 1;
  const loop = (next: number): number => {
    const split: State = { kind: 'split', next: [next] };
    const number = add(split);
    split.next.push(add({ kind: 'read', set: allCodePoints, next: number }));
    return number;
  };
  /** Adds the states of a part that go on to `next`, and returns its first one. */
  const build = (part: Regex, next: number): number => {
    switch (part.kind) {
      case 'set':
        return add({ kind: 'read', set: part.set, next });
      case 'start':
      case 'end':
        return add({ kind: part.kind, next });
      case 'sequence':
        return part.parts.reduceRight((after, each) => build(each, after), next);
      case 'choice':
        return add({ kind: 'split', next: part.options.map(each => build(each, next)) });
      case 'repeat': {
        const { body, min, max } = part;
        let after = next;
        if (max === Infinity) {
          const split: State = { kind: 'split', next: [next] };
          after = add(split);
          split.next.push(build(body, after));
        } else for (let i = min; i < max; i++) after = add({ kind: 'split', next: [next, build(body, after)] });
        for (let i = 0; i < min; i++) after = build(body, after);
        return after;
      }
    }
  };
  // The last state is no split, so that sets of states without splits keep it.
  states[matched] = { kind: 'end', next: matched };
  const end = anywhere ? loop(matched) : matched;
  const rest = anywhere ? states.length - 1 : undefined;
  const body = build(regex, end);
  return { states, start: anywhere ? loop(body) : body, rest };
}

/** Pieces of the code points that no set divides, and the pieces of each set. */
function partition(states: readonly State[]): { pieces: CodePoints[]; piecesOf: Map<CodePoints, number[]> } {
  const sets = [...new Set(states.flatMap(state => (state.kind === 'read' ? [state.set] : [])))];
  const changes = new Map<number, number[]>();
  const toggle = (at: number, set: number) => {
    const list = changes.get(at);
    if (list) list.push(set);
    else changes.set(at, [set]);
  };
  for (const [number, set] of sets.entries()) {
    for (const [from, to] of set) {
      toggle(from, number);
      toggle(to + 1, number);
    }
  }
  const numbers = new Map<string, number>();
  const pieces: [number, number][][] = [];
  const piecesOf = new Map<CodePoints, number[]>(sets.map(set => [set, []]));
  const inside = new Set<number>();
  const bounds = [...changes.keys()].sort((a, b) => a - b);
  for (const [index, from] of bounds.entries()) {
    for (const set of changes.get(from)!) if (!inside.delete(set)) inside.add(set);
    if (inside.size === 0) continue;
    const key = String([...inside].sort((a, b) => a - b));
    let piece = numbers.get(key);
    if (piece === undefined) {
      piece = pieces.push([]) - 1;
      numbers.set(key, piece);
      for (const set of inside) piecesOf.get(sets[set]!)!.push(piece);
    }
    pieces[piece]!.push([from, bounds[index + 1]! - 1]);
  }
  return { pieces, piecesOf };
}
