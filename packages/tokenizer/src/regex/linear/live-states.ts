import type { Alphabet } from './alphabet.js';
import { match, type Program, type State } from './program.js';

/** The number of no set. */
export const none = -1;
/** So many sets are kept. */
const maxSets = 1 << 12;
/** So many states are looked at in any text, and so many more for each of its units. */
const [baseBudget, budgetPerUnit] = [5_000_000, 100];

/**
 * Which states lead to a match from a place of a text on: such sets of states by number, so that each is worked out
 * once.
 */
export class LiveStates {
  readonly #program: Program;
  readonly #members: Alphabet['members'];
  /**
   * By set: 1 for each state that is in it; the sets before it, by class; the next state that takes a character, by
   * state.
   */
  readonly #sets: Uint8Array[] = [];
  readonly #predecessors: Map<number, number>[] = [];
  readonly #steps: Map<number, number>[] = [];
  readonly #numbers = new Map<string, number>();
  /** How many states may still be looked at in a text. */
  #budget = 0;

  constructor(program: Program, alphabet: Alphabet) {
    this.#program = program;
    this.#members = alphabet.members;
  }

  /** Begins a text of a length. */
  begin(length: number): void {
    this.#budget = baseBudget + budgetPerUnit * length;
  }

  /** Whether more states were looked at than a text of its length needs. */
  get isExhausted(): boolean {
    return this.#budget < 0;
  }

  /** Forgets all sets where there are many; those that are needed are added anew. */
  clearIfFull(): void {
    if (this.#sets.length < maxSets) return;
    for (const all of [this.#sets, this.#predecessors, this.#steps]) all.length = 0;
    this.#numbers.clear();
  }

  /** The number of the set with these states. */
  add(live: Uint8Array): number {
    const key = keyOf(live);
    const cached = this.#numbers.get(key);
    if (cached !== undefined) return cached;
    this.#numbers.set(key, this.#sets.length);
    this.#predecessors.push(new Map());
    this.#steps.push(new Map());
    return this.#sets.push(live) - 1;
  }

  /** The states of a set: 1 for each that is in it. */
  states(set: number): Uint8Array {
    return this.#sets[set]!;
  }

  /** The set at the end of a text behind a character of class `last`, -1 if the text is empty. */
  atEnd(last: number): number {
    return this.#computeSet(undefined, -1, last);
  }

  /**
   * The set before a character of class `next` behind which the set is `after`; `last` is the class of what stands
   * before the place, -1 for nothing.
   */
  before(after: number, next: number, last: number): number {
    const key = next * 0x10000 + last;
    const cached = this.#predecessors[after]!.get(key);
    if (cached !== undefined) return cached;
    const computed = this.#computeSet(this.#sets[after], next, last);
    this.#predecessors[after]!.set(key, computed);
    return computed;
  }

  has(set: number, state: number): boolean {
    return set !== none && this.#sets[set]![state] === 1;
  }

  /**
   * The state that takes a character (or `match`) to which the first of all ways from a state leads that matches in the
   * end.
   */
  step(set: number, state: number): number {
    const cached = this.#steps[set]!.get(state);
    if (cached !== undefined) return cached;
    let at = state;
    for (let now = this.#program.states[at]!; now.kind !== 'set' && at !== match; now = this.#program.states[at]!) {
      if (now.kind === 'split') at = this.has(set, now.first) ? now.first : now.second;
      else if (now.kind === 'ahead' || now.kind === 'behind') at = now.next;
    }
    this.#steps[set]!.set(state, at);
    return at;
  }

  #computeSet(after: Uint8Array | undefined, next: number, last: number): number {
    const { states, order } = this.#program;
    const live = new Uint8Array(states.length);
    this.#budget -= states.length;
    for (const index of order) live[index] = this.#isLive(states[index]!, live, after, next, last) ? 1 : 0;
    return this.add(live);
  }

  #isLive(state: State, live: Uint8Array, after: Uint8Array | undefined, next: number, last: number): boolean {
    switch (state.kind) {
      case 'set':
        return after !== undefined && this.#members[next]![state.set]! && after[state.next] === 1;
      case 'split':
        return live[state.first] === 1 || live[state.second] === 1;
      case 'ahead':
        return (live[state.body] === 1) !== state.isNot && live[state.next] === 1;
      case 'behind': {
        const stands = last < 0 ? state.orStart : state.sets.some(set => this.#members[last]![set]);
        return stands !== state.isNot && live[state.next] === 1;
      }
      case 'match':
        return true;
      default:
        return false;
    }
  }
}

/** A text that is the same for the same states, of which each of its characters tells 16. */
function keyOf(live: Uint8Array): string {
  let key = '';
  for (let from = 0; from < live.length; from += 16) {
    let bits = 0;
    for (let at = from; at < from + 16 && at < live.length; at++) bits |= live[at]! << (at - from);
    key += String.fromCharCode(bits);
  }
  return key;
}
