import { unitsAt } from '../text/unicode.js';
import { type CharacterClassifier, contiguous, removed } from './character-classes.js';
import type { Splitter, Stage } from './pre-tokenizer.js';
import { singlePassEncoder } from './single-pass-encoder.js';

/** A stage that classifies each character by itself. */
export const byCharacterClass = (classify: CharacterClassifier): Stage => ({
  split: splitByCharacterClass(classify),
  classify,
  singlePass: singlePassEncoder,
});

function splitByCharacterClass(classify: CharacterClassifier): Splitter {
  const cachedClasses = new Uint8Array(0x10000); // the class of a unit plus 1; 0 if it is not cached
  const classAt = (text: string, at: number, width: number) => {
    const kind = classify(text.slice(at, at + width));
    if (width === 1) cachedClasses[text.charCodeAt(at)] = kind + 1;
    return kind;
  };
  return (text, start, end, spans) => {
    let from = start;
    let last = removed;
    for (let at = start, width = 1; at < end; at += width) {
      const cached = cachedClasses[text.charCodeAt(at)]!;
      width = cached === 0 ? unitsAt(text, at) : 1;
      const kind = cached === 0 ? classAt(text, at, width) : cached - 1;
      if (kind === last && kind >= contiguous) continue;
      if (last !== removed) spans.push(from, at);
      from = at;
      last = kind;
    }
    if (last !== removed) spans.push(from, end);
  };
}
