import { unitsAt } from '../unicode.js';
import { characterReader } from './character-reader.js';
import { gap, type KindOf, run } from './kinds.js';
import type { Cut, Stage } from './pre-tokenizer.js';

/** A stage that looks at each character by itself. */
export const byKind = (kindOf: KindOf): Stage => ({ cut: cutByKind(kindOf), kindOf, reader: characterReader });

function cutByKind(kindOf: KindOf): Cut {
  const known = new Uint8Array(0x10000); // one more than the kind of a unit that is a character
  const kindAt = (text: string, at: number, width: number) => {
    const kind = kindOf(text.slice(at, at + width));
    if (width === 1) known[text.charCodeAt(at)] = kind + 1;
    return kind;
  };
  return (text, start, end, cuts) => {
    let from = start;
    let last = gap;
    for (let at = start, width = 1; at < end; at += width) {
      const seen = known[text.charCodeAt(at)]!;
      width = seen === 0 ? unitsAt(text, at) : 1;
      const kind = seen === 0 ? kindAt(text, at, width) : seen - 1;
      if (kind === last && kind >= run) continue;
      if (last !== gap) cuts.push(from, at);
      from = at;
      last = kind;
    }
    if (last !== gap) cuts.push(from, end);
  };
}
