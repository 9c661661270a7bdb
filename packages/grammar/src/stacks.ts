/**
 * What is still to be read after the current node: a linked list, of which equal ones have the same number. 0 is the
 * empty one: the end of the text.
 */
export class Stacks {
  /** The node that goes on, by its number. */
  readonly nodes: number[] = [-1];
  /** How many parts, or repetitions, of the node are done. */
  readonly counts: number[] = [0];
  readonly parents: number[] = [0];
  private readonly numbers = new Map<number, Map<number, number>>();

  /** The number of the stack with a node, of which `count` parts are done, on top of `parent`. */
  push(node: number, count: number, parent: number): number {
    const key = node * 0x200000 + count;
    let byParent = this.numbers.get(key);
    if (!byParent) {
      byParent = new Map();
      this.numbers.set(key, byParent);
    }
    const known = byParent.get(parent);
    if (known !== undefined) return known;
    const number = this.nodes.push(node) - 1;
    this.counts.push(count);
    this.parents.push(parent);
    byParent.set(parent, number);
    return number;
  }

  get size(): number {
    return this.nodes.length;
  }
}
