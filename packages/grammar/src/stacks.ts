import { grammarError } from './errors.js';

/** The set of stacks that holds only the empty one: the end of the text. */
export const endOfText = 0;

/** The most frames in a row at which two sets of stacks may differ. */
const maxDepth = 2000;

/**
 * Sets of stacks of what is still to be read after the current node. A set is a trie of its stacks from the top, so
 * that those with a frame in common share it (a graph-structured stack, Tomita 1985). Equal frames have the same
 * number, and so have equal sets: what a text leaves open takes as much memory as there are different frames, not ways
 * to read it.
 */
export class Stacks {
  /** By frame: the node that goes on, by its number; -1 for frame 0, the end of the text. */
  readonly nodes: number[] = [-1];
  /** By frame: how many parts, or repetitions, of the node are done. */
  readonly counts: number[] = [0];
  /** By frame: the set of stacks below it. */
  readonly parents: number[] = [0];
  /** By set: its frames, ascending; no two of the same node and count. */
  readonly frames: (readonly number[])[] = [[0]];
  /** How many frames the sets hold together. */
  size = 1;
  private readonly frameNumbers = new Map<number, Map<number, number>>();
  private readonly setNumbers = new Map<string, number>([['0', 0]]);
  private readonly unions = new Map<number, number>();

  /** The set of the stacks of `parent` with a frame on top: a node of which `count` parts are done. */
  push(node: number, count: number, parent: number): number {
    return this.setOf([this.frame(node, count, parent)]);
  }

  /** The stacks of all sets. */
  unite(sets: readonly number[], depth = 0): number {
    const [first, second] = sets;
    if (sets.length === 1 || (sets.length === 2 && first === second)) return first!;
    if (sets.length > 2) return this.merge(sets, depth);
    const key = Math.min(first!, second!) * 0x4000000 + Math.max(first!, second!);
    const known = this.unions.get(key);
    if (known !== undefined) return known;
    const union = this.merge(sets, depth);
    this.unions.set(key, union);
    return union;
  }

  private merge(sets: readonly number[], depth: number): number {
    if (depth > maxDepth)
      throw grammarError('grammar', `the text so far can be read in ways that differ at more than ${maxDepth} levels`);
    const frames = new Map<number, number>();
    const parents = new Map<number, Set<number>>();
    for (const set of new Set(sets)) {
      for (const frame of this.frames[set]!) {
        const key = keyOf(this.nodes[frame]!, this.counts[frame]!);
        const own = frames.get(key);
        if (own === undefined) frames.set(key, frame);
        else if (own !== frame) {
          const all = parents.get(key) ?? new Set([this.parents[own]!]);
          parents.set(key, all.add(this.parents[frame]!));
        }
      }
    }
    for (const [key, all] of parents) {
      const frame = frames.get(key)!;
      frames.set(key, this.frame(this.nodes[frame]!, this.counts[frame]!, this.unite([...all], depth + 1)));
    }
    return this.setOf([...frames.values()].sort((a, b) => a - b));
  }

  private frame(node: number, count: number, parent: number): number {
    const key = keyOf(node, count);
    let byParent = this.frameNumbers.get(key);
    if (!byParent) {
      byParent = new Map();
      this.frameNumbers.set(key, byParent);
    }
    const known = byParent.get(parent);
    if (known !== undefined) return known;
    const number = this.nodes.push(node) - 1;
    this.counts.push(count);
    this.parents.push(parent);
    byParent.set(parent, number);
    return number;
  }

  private setOf(frames: readonly number[]): number {
    const key = frames.join();
    const known = this.setNumbers.get(key);
    if (known !== undefined) return known;
    const number = this.frames.push(frames) - 1;
    this.size += frames.length;
    this.setNumbers.set(key, number);
    return number;
  }
}

const keyOf = (node: number, count: number): number => node * 0x4000000 + count;
