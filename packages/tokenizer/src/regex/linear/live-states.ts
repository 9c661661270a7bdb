import type { Alphabet } from './alphabet.js';
import { match, type Program, type State } from './program.js';

/** No set. */
export const none = -1;
/** The maximum number of stored sets. */
const maxSets = 1 << 12;
/** The budget of states for a text: a constant, and more for each unit. */
const [baseBudget, budgetPerUnit] = [5_000_000, 100];

/**
 * The states that lead to a match from an index of a text. Such sets of states are numbered, so that each is computed
 * once.
 */
export class LiveStates {
  readonly #program: Program;
  readonly #members: Alphabet['members'];
  /**
   * By set: 1 for each of its states; the preceding set, by class; the next state that consumes a character, by state.
   */
  readonly #sets: Uint8Array[] = [];
  readonly #predecessors: Map<number, number>[] = [];
  readonly #steps: Map<number, number>[] = [];
  readonly #numbers = new Map<string, number>();
  /** The remaining budget of states for the text. */
  #budget = 0;

  constructor(program: Program, alphabet: Alphabet) {
    this.#program = program;
    this.#members = alphabet.members;
  }

  /** Starts a text of a given length. */
  begin(length: number): void {
    this.#budget = baseBudget + budgetPerUnit * length;
  }

  /** Whether the budget of the text is exhausted. */
  get isExhausted(): boolean {
    return this.#budget < 0;
  }

  /** Removes all sets if there are too many. They are added again when needed. */
  clearIfFull(): void {
    if (this.#sets.length < maxSets) return;
    for (const all of [this.#sets, this.#predecessors, this.#steps]) all.length = 0;
    this.#numbers.clear();
  }

  /** The number of the set of these states. */
  add(live: Uint8Array): number {
    const key = keyOf(live);
    const cached = this.#numbers.get(key);
    if (cached !== undefined) return cached;
    this.#numbers.set(key, this.#sets.length);
    this.#predecessors.push(new Map());
    this.#steps.push(new Map());
    return this.#sets.push(live) - 1;
  }

  /** The states of a set: 1 for each member. */
  states(set: number): Uint8Array {
    return this.#sets[set]!;
  }

  /** The set at the end of a text whose last character has class `last`, -1 if the text is empty. */
  atEnd(last: number): number {
    return this.#computeSet(undefined, -1, last);
  }

  /**
   * The set before a character of class `next`, after which the set is `after`. `last` is the class of the character
   * before the index, -1 if there is none.
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
   * The first state that consumes a character (or `match`) on the preferred path from a state that leads to a match.
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

/** A key for a set of states: each character encodes 16 states. */
function keyOf(live: Uint8Array): string {
  let key = '';
  for (let from = 0; from < live.length; from += 16) {
    let bits = 0;
    for (let at = from; at < from + 16 && at < live.length; at++) bits |= live[at]! << (at - from);
    key += String.fromCharCode(bits);
  }
  return key;
}
