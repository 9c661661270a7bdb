import type { Node } from './parse.js';

/** The maximum number of paths through bounded parts at each index. */
const maxPaths = 100;
/** The maximum length of bounded parts in characters: they are read again from each index. */
const maxBoundedLength = 500;
const noRisk: readonly string[] = [];

/**
 * The sets whose long runs in a text may take a backtracking engine more than linear time, because a run is read, given
 * back and read again from the next index. Empty if that is impossible, for example if nothing can fail after an
 * unbounded repetition. Undefined if no long run is needed: the body of an unbounded repetition is more than a set, or
 * several repetitions share a run.
 */
export function backtrackingRisks(node: Node): readonly string[] | undefined {
  return countPaths(node) > maxPaths || boundedLength(node) > maxBoundedLength ? undefined : risks(node, true);
}

/** The maximum length in characters, without unbounded repetitions. */
function boundedLength(node: Node): number {
  switch (node.kind) {
    case 'set':
      return 1;
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + boundedLength(part), 0);
    case 'choice':
      return node.options.reduce((max, option) => Math.max(max, boundedLength(option)), 0);
    case 'repeat':
      return boundedLength(node.body) * (node.max === Number.POSITIVE_INFINITY ? node.min : node.max);
    default:
      return 'body' in node ? boundedLength(node.body) : 0;
  }
}

/** `restCannotFail`: whether everything after the node always matches. */
function risks(node: Node, restCannotFail: boolean): readonly string[] | undefined {
  switch (node.kind) {
    case 'sequence': {
      const lists = node.parts.map((part, index) =>
        risks(part, restCannotFail && node.parts.slice(index + 1).every(cannotFail)),
      );
      return lists.filter(each => each?.length !== 0).length < 2 ? allOf(lists) : undefined;
    }
    case 'choice':
      return allOf(node.options.map(option => risks(option, restCannotFail)));
    case 'repeat': {
      if (node.max < Number.POSITIVE_INFINITY) return isBounded(node.body) ? noRisk : undefined;
      if (node.body.kind !== 'set') return undefined;
      return restCannotFail ? noRisk : [node.body.pattern];
    }
    case 'ahead':
      return risks(node.body, false);
    case 'capture':
    case 'atomic':
      return risks(node.body, restCannotFail);
    case 'lookbehind':
      return isBounded(node.body) ? noRisk : undefined;
    default:
      return noRisk;
  }
}

const allOf = (lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined =>
  lists.includes(undefined) ? undefined : lists.flatMap(each => each!);

/** Whether it can always match the empty text, as the last alternative. */
const cannotFail = (node: Node): boolean => {
  if (node.kind === 'sequence') return node.parts.every(cannotFail);
  if (node.kind === 'capture' || node.kind === 'atomic') return cannotFail(node.body);
  return node.kind === 'repeat' && node.min === 0;
};

/** Whether it has no unbounded repetition. */
function isBounded(node: Node): boolean {
  if (node.kind === 'sequence') return node.parts.every(isBounded);
  if (node.kind === 'choice') return node.options.every(isBounded);
  if (node.kind === 'repeat') return node.max < Number.POSITIVE_INFINITY && isBounded(node.body);
  return !('body' in node) || isBounded(node.body);
}

/** The maximum number of paths, without unbounded repetitions. */
function countPaths(node: Node): number {
  switch (node.kind) {
    case 'sequence':
      return node.parts.reduce((product, part) => product * countPaths(part), 1);
    case 'choice':
      return node.options.reduce((sum, option) => sum + countPaths(option), 0);
    case 'repeat': {
      if (node.max === Number.POSITIVE_INFINITY) return 1;
      const each = countPaths(node.body);
      return each === 1 ? node.max - node.min + 1 : (each + 1) ** node.max;
    }
    default:
      return 'body' in node ? countPaths(node.body) : 1;
  }
}
