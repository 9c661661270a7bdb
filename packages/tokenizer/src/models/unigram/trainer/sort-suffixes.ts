/**
 * Sorts offsets of `text` by the suffixes that start there, up to `depth` entries and up to the first 0, which ends a
 * suffix. Multikey quicksort (Bentley and Sedgewick 1997). Only the first `depth` entries are compared, so long
 * repetitions do no harm. Yields regularly.
 */
export function* sortSuffixes(text: Int32Array, suffixes: Int32Array, depth: number): Generator<void> {
  const stack: number[] = [0, suffixes.length, 0];
  let work = 0;
  while (stack.length > 0) {
    const at = stack.pop()!;
    const end = stack.pop()!;
    const start = stack.pop()!;
    if (at === depth || end - start < 2) continue;
    if (end - start < 12) {
      sortFew(text, suffixes, start, end, at, depth);
      continue;
    }
    if ((work += end - start) > 0xffff) {
      work = 0;
      yield;
    }
    const key = (index: number) => text[suffixes[index]! + at]!;
    const pivot = median(key(start), key((start + end) >> 1), key(end - 1));
    let [less, next, more] = [start, start, end]; // below, equal (up to `next`), not yet compared, above
    while (next < more) {
      const value = key(next);
      if (value < pivot) swap(suffixes, less++, next++);
      else if (value > pivot) swap(suffixes, next, --more);
      else next++;
    }
    stack.push(start, less, at, more, end, at);
    if (pivot !== 0) stack.push(less, more, at + 1);
  }
}

/** The length of the common prefix of two suffixes, at most `depth`; equal suffixes that end have length `depth`. */
export function commonLength(text: Int32Array, a: number, b: number, depth: number): number {
  for (let at = 0; at < depth; at++) {
    if (text[a + at] !== text[b + at]) return at;
    if (text[a + at] === 0) break;
  }
  return depth;
}

function sortFew(text: Int32Array, suffixes: Int32Array, start: number, end: number, at: number, depth: number): void {
  for (let index = start + 1; index < end; index++) {
    const suffix = suffixes[index]!;
    let to = index;
    for (; to > start && isBefore(text, suffix, suffixes[to - 1]!, at, depth); to--) suffixes[to] = suffixes[to - 1]!;
    suffixes[to] = suffix;
  }
}

function isBefore(text: Int32Array, a: number, b: number, at: number, depth: number): boolean {
  for (; at < depth; at++) {
    const [left, right] = [text[a + at]!, text[b + at]!];
    if (left !== right) return left < right;
    if (left === 0) return false;
  }
  return false;
}

function swap(suffixes: Int32Array, a: number, b: number): void {
  const suffix = suffixes[a]!;
  suffixes[a] = suffixes[b]!;
  suffixes[b] = suffix;
}

const median = (a: number, b: number, c: number) => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
