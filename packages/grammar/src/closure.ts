import { Heap } from './heap.js';
import type { Program } from './program.js';
import type { Stacks } from './stacks.js';

/** Alternating, ascending: the number of a state of a terminal, and the set of stacks of what follows the terminal. */
export type Configurations = readonly number[];

/** What one byte, or the beginning of a text, leads to. */
export class Closure {
  /** Whether the text may end here. */
  isComplete = false;
  /** By state of a terminal: the sets of stacks with which it was reached. */
  private readonly reached = new Map<number, number[]>();
  /** By node that is entered: the sets of stacks that follow it. */
  private readonly entered = new Map<number, number[]>();
  private readonly order = new Heap();

  constructor(
    private readonly program: Program,
    private readonly stacks: Stacks,
  ) {}

  /** Adds a state of a terminal that goes on. */
  reach(state: number, set: number): void {
    add(this.reached, state, set);
  }

  /** Adds the beginnings of a node. */
  enter(node: number, set: number): void {
    if (add(this.entered, node, set)) this.order.push(node);
  }

  /** Adds what follows nodes that end here, by the sets of stacks after them. */
  leave(sets: readonly number[]): void {
    const { frames, nodes, counts, parents } = this.stacks;
    const left = new Set<number>();
    const open = [this.stacks.unite(sets)];
    for (let set = open.pop(); set !== undefined; set = open.pop()) {
      for (const frame of frames[set]!) {
        if (left.has(frame)) continue;
        left.add(frame);
        if (frame === 0) this.isComplete = true;
        else if (this.goOn(nodes[frame]!, counts[frame]! + 1, parents[frame]!)) open.push(parents[frame]!);
      }
    }
  }

  /** Adds what follows where `count` parts of a node are done; returns whether the node may end there. */
  private goOn(number: number, count: number, parent: number): boolean {
    const node = this.program.nodes[number]!;
    if (node.kind !== 'repeat') return node.kind === 'sequence' && this.enterParts(number, node.parts, count, parent);
    const { body, min, max } = node;
    // Without a bound, how many more than the least number are done makes no difference.
    const kept = max === Infinity ? Math.min(count, min) : count;
    if (count < max) this.enter(body, this.stacks.push(number, kept, parent));
    return count >= min;
  }

  /** Adds the beginnings of the parts that may come next; returns whether all of them may be empty. */
  private enterParts(number: number, parts: readonly number[], count: number, parent: number): boolean {
    for (let i = count; i < parts.length; i++) {
      // The last part needs no way back: recursion at the end of a rule takes no stack.
      this.enter(parts[i]!, i === parts.length - 1 ? parent : this.stacks.push(number, i, parent));
      if (!this.program.nodes[parts[i]!]!.isNullable) return false;
    }
    return true;
  }

  /** Goes down to the terminals with which the entered nodes begin, and returns all that is reached. */
  configurations(): Configurations {
    const { nodes, accepts } = this.program;
    while (this.order.size > 0) {
      // Whatever leads to a node has a lower number, so that each is gone through once.
      const number = this.order.pop();
      const set = this.stacks.unite(this.entered.get(number)!);
      const node = nodes[number]!;
      if (node.kind === 'terminal') {
        if ((accepts[node.first]! & 2) !== 0) this.reach(node.first, set);
      } else if (node.kind === 'choice') for (const option of node.options) this.enter(option, set);
      else if (node.kind === 'sequence') this.enterParts(number, node.parts, 0, set);
      else if (node.max > 0) this.enter(node.body, this.stacks.push(number, 0, set));
    }
    const states = [...this.reached.keys()].sort((a, b) => a - b);
    return states.flatMap(state => [state, this.stacks.unite(this.reached.get(state)!)]);
  }
}

/** Adds to the list of a key; returns whether it is the first. */
function add(lists: Map<number, number[]>, key: number, value: number): boolean {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
  return !list;
}
