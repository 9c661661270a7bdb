import { type Component, required } from '../formats/json/components.js';
import { readCharacter } from '../formats/json/fields.js';
import type { Decoder } from './decoder.js';

/** Removes up to `start` leading and up to `stop` trailing characters `content` from each token. */
export const strip: Component<Decoder> = {
  type: 'Strip',
  fields: { content: required, start: required, stop: required },
  fromJson: fields => stripEnds(readCharacter(fields, 'content'), fields.count('start'), fields.count('stop')),
};

const stripEnds =
  (content: string, start: number, stop: number): Decoder =>
  emit => {
    let toStrip = start; // leading characters that may still be removed
    let pendingCount = 0; // characters `content` that are held back at the end
    let isOpen = false; // whether a token has started and not ended
    const push = (text: string, ends: boolean) => {
      isOpen = true;
      let from = 0;
      for (; toStrip > 0 && text.startsWith(content, from); toStrip--) from += content.length;
      if (from < text.length) toStrip = 0;
      let to = text.length;
      let trailing = 0;
      for (; trailing < stop && to > from && text.endsWith(content, to); trailing++) to -= content.length;
      if (to > from) {
        emit(content.repeat(pendingCount) + text.slice(from, to), false);
        pendingCount = trailing;
      } else {
        const extra = Math.max(0, pendingCount + trailing - stop);
        if (extra > 0) emit(content.repeat(extra), false);
        pendingCount += trailing - extra;
      }
      if (ends) end();
    };
    const end = () => {
      emit('', true);
      toStrip = start;
      pendingCount = 0;
      isOpen = false;
    };
    return { push, finish: () => (isOpen ? end() : undefined) };
  };
