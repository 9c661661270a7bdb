import { type Behind, type Node, Unsupported } from './parse.js';

/** A test at an index of a text, and the next state. */
export type State =
  | { readonly kind: 'set'; readonly set: number; readonly next: number }
  | { readonly kind: 'split'; readonly first: number; readonly second: number }
  | { readonly kind: 'ahead'; readonly body: number; readonly isNot: boolean; readonly next: number }
  | {
      readonly kind: 'behind';
      readonly sets: readonly number[];
      readonly orStart: boolean;
      readonly isNot: boolean;
      readonly next: number;
    }
  | { readonly kind: 'match' }
  | { readonly kind: 'fail' }
  | NonlinearState;

/**
 * States of programs that are not linear. `idle` is the next state if nothing was consumed, `moved` if something was.
 */
export type NonlinearState =
  | { readonly kind: 'save'; readonly slot: number; readonly next: number }
  | { readonly kind: 'reference'; readonly group: number; readonly idle: number; readonly moved: number }
  | { readonly kind: 'atomic'; readonly body: number; readonly idle: number; readonly moved: number }
  | { readonly kind: 'lookbehind'; readonly body: number; readonly isNot: boolean; readonly next: number }
  /** Matches at the index at which a lookbehind ends. */
  | { readonly kind: 'here' };

/** A regular expression compiled to numbered states. */
export interface Program {
  readonly states: readonly State[];
  readonly start: number;
  /** The sources of the sets that characters are tested with. */
  readonly sets: readonly string[];
  /**
   * For linear programs: the states in an order in which those that are tested at the same index come before the states
   * that test them.
   */
  readonly order: readonly number[];
}

/** The states that always match and never match. */
export const [match, fail] = [0, 1];
/** The maximum number of states of a linear regular expression: counts multiply. */
const maxLinearStates = 5000;

/**
 * Compiles a regular expression to states (Thompson 1968): a linear one without its groups, or any other one. Undefined
 * if there would be more than `most` states.
 */
export function compile(node: Node, isLinear = true, most = maxLinearStates): Program | undefined {
  const compiler = new Compiler(isLinear, most);
  try {
    const start = compiler.state(node, match, match);
    const { states, sets } = compiler;
    return { states, start, sets: [...sets.keys()], order: isLinear ? evaluationOrder(states) : [] };
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

class Compiler {
  readonly states: State[] = [{ kind: 'match' }, { kind: 'fail' }];
  readonly sets = new Map<string, number>();
  /** The remaining budget of nodes, including those that make no states. */
  #budget: number;

  constructor(
    readonly isLinear: boolean,
    readonly most: number,
  ) {
    this.#budget = 4 * most;
  }

  /**
   * Compiles a node and returns its first state. `idle` is the state after it if it consumes no character, `moved` if
   * it consumes some: repetitions beyond their minimum must consume some.
   */
  state(node: Node, idle: number, moved: number): number {
    if (--this.#budget < 0) throw new Unsupported();
    switch (node.kind) {
      case 'set':
        return this.#add({ kind: 'set', set: this.#set(node.pattern), next: moved });
      case 'sequence':
        return this.#sequence(node.parts, idle, moved);
      case 'choice':
        return node.options
          .map(option => this.state(option, idle, moved))
          .reduceRight((second, first) => this.#add({ kind: 'split', first, second }));
      case 'ahead':
        return this.#add({ kind: 'ahead', body: this.state(node.body, match, match), isNot: node.isNot, next: idle });
      case 'behind':
        return this.#behind(node, idle);
      case 'repeat':
        return this.#repeat(node, idle, moved);
      case 'capture':
        return this.isLinear ? this.state(node.body, idle, moved) : this.#capture(node, idle, moved);
      case 'reference':
        return this.#add({ kind: 'reference', group: node.group, idle, moved });
      case 'atomic':
        return this.#add({ kind: 'atomic', body: this.state(node.body, match, match), idle, moved });
      case 'lookbehind': {
        const here = this.#add({ kind: 'here' });
        return this.#add({
          kind: 'lookbehind',
          body: this.state(node.body, here, here),
          isNot: node.isNot,
          next: idle,
        });
      }
    }
  }

  #sequence(parts: readonly Node[], idle: number, moved: number): number {
    for (const part of parts.toReversed()) {
      if (!isNullable(part)) idle = moved;
      const before = this.state(part, idle, moved);
      moved = idle === moved ? before : this.state(part, moved, moved);
      idle = before;
    }
    return idle;
  }

  /** Saves the start and the end of a group in its slots. */
  #capture({ group, body }: Node & { readonly kind: 'capture' }, idle: number, moved: number): number {
    const ended = (next: number) => this.#add({ kind: 'save', slot: 2 * group + 1, next });
    const idleEnd = ended(idle);
    const within = this.state(body, idleEnd, idle === moved ? idleEnd : ended(moved));
    return this.#add({ kind: 'save', slot: 2 * group, next: within });
  }

  #behind({ sets, orStart, isNot }: Behind, next: number): number {
    return this.#add({ kind: 'behind', sets: sets.map(pattern => this.#set(pattern)), orStart, isNot, next });
  }

  #repeat({ body, min, max, lazy }: Node & { readonly kind: 'repeat' }, idle: number, moved: number): number {
    const split = (again: number, next: number): State =>
      lazy ? { kind: 'split', first: next, second: again } : { kind: 'split', first: again, second: next };
    let [before, beforeMoved] = [idle, moved];
    if (max === Number.POSITIVE_INFINITY) {
      const loop = this.#add({ kind: 'fail' });
      const again = this.state(body, fail, loop);
      this.states[loop] = split(again, moved);
      if (min > 0 && !isNullable(body)) return this.#sequence(new Array<Node>(min - 1).fill(body), again, again);
      before = idle === moved ? loop : this.#add(split(again, idle));
      beforeMoved = loop;
      if (!lazy && isNullable(body, false)) min = 0; // iterations that consume nothing change nothing
    } else {
      for (let count = min; count < max; count++) {
        const again = this.state(body, fail, beforeMoved);
        before = this.#add(split(again, idle));
        beforeMoved = idle === moved ? before : this.#add(split(again, moved));
      }
    }
    return this.#sequence(new Array<Node>(min).fill(body), before, beforeMoved);
  }

  #set(pattern: string): number {
    const index = this.sets.get(pattern);
    if (index === undefined) this.sets.set(pattern, this.sets.size);
    return index ?? this.sets.size - 1;
  }

  #add(state: State): number {
    if (this.states.length >= this.most) throw new Unsupported();
    return this.states.push(state) - 1;
  }
}

/** Whether the node can match the empty text; `looks`: perhaps, depending on the text around it. */
function isNullable(node: Node, looks = true): boolean {
  switch (node.kind) {
    case 'set':
      return false;
    case 'sequence':
      return node.parts.every(part => isNullable(part, looks));
    case 'choice':
      return node.options.some(option => isNullable(option, looks));
    case 'repeat':
      return node.min === 0 || isNullable(node.body, looks);
    case 'capture':
    case 'atomic':
      return isNullable(node.body, looks);
    default:
      return looks;
  }
}

function evaluationOrder(states: readonly State[]): number[] {
  const order: number[] = [];
  const visited = new Set<number>();
  const visit = (index: number) => {
    if (visited.has(index)) return;
    visited.add(index);
    const state = states[index]!;
    if (state.kind === 'split') for (const next of [state.first, state.second]) visit(next);
    if (state.kind === 'ahead') visit(state.body);
    if (state.kind === 'ahead' || state.kind === 'behind') visit(state.next);
    order.push(index);
  };
  for (const index of states.keys()) visit(index);
  return order;
}
