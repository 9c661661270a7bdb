/** A span of a text, and whether another text lacks it. */
export interface DiffSpan {
  readonly text: string;
  readonly changed: boolean;
}

/** Splits `text` into words and marks those that `other` lacks, as few as possible (longest common subsequence). */
export function diffWords(text: string, other: string): DiffSpan[] {
  const [words, others] = [text, other].map(each => each.split(/(?<=\s)/)) as [string[], string[]];
  const same = (a: string, b: string) => a.trim() === b.trim();
  const longest = Array.from({ length: words.length + 1 }, () => new Int32Array(others.length + 1));
  for (let i = words.length - 1; i >= 0; i--)
    for (let j = others.length - 1; j >= 0; j--)
      longest[i]![j] = same(words[i]!, others[j]!)
        ? longest[i + 1]![j + 1]! + 1
        : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!);
  const spans: DiffSpan[] = [];
  let j = 0;
  for (const [i, word] of words.entries()) {
    while (j < others.length && !same(word, others[j]!) && longest[i]![j + 1]! === longest[i]![j]!) j++;
    const isShared = j < others.length && same(word, others[j]!) && longest[i]![j]! === longest[i + 1]![j + 1]! + 1;
    if (isShared) j++;
    spans.push({ text: word, changed: !isShared });
  }
  return spans;
}
