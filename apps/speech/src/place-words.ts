/** A word on the line: where it wants to be, and how wide it is. */
export interface Placed {
  readonly middle: number;
  readonly width: number;
}

/**
 * The left edges of words in a row: each as near to its middle as the others let it, in order, with gaps between them
 * and none before `start`. Words that collide move apart around the mean of their wishes (pooled neighbours).
 */
export function placeWords(words: readonly Placed[], gap: number, start = 0): number[] {
  interface Group {
    sum: number;
    width: number;
    count: number;
  }
  const groups: Group[] = [];
  const leftOf = ({ sum, count }: Group) => Math.max(start, sum / count);
  for (const { middle, width } of words) {
    let group: Group = { sum: middle - width / 2, width: width + gap, count: 1 };
    for (let last = groups.at(-1); last && leftOf(last) + last.width > leftOf(group); last = groups.at(-1)) {
      // What the group wants for its own left edge, when it follows the words of the last one.
      group = {
        sum: last.sum + group.sum - group.count * last.width,
        width: last.width + group.width,
        count: last.count + group.count,
      };
      groups.pop();
    }
    groups.push(group);
  }
  const lefts: number[] = [];
  for (const group of groups) {
    let left = leftOf(group);
    for (let i = 0; i < group.count; i++) {
      lefts.push(left);
      left += words[lefts.length - 1]!.width + gap;
    }
  }
  return lefts;
}
