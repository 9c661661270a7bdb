import type { Decoder } from './decoder.js';

const rules = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
] as const;

/** One more rule, which the reference applies to single tokens. */
export const doNotRule = [[' do not', " don't"]] as const;

/** Removes the spaces that word-by-word decoding leaves before punctuation and English contractions. */
export const cleanUpTokenization = (
  text: string,
  further: readonly (readonly [from: string, to: string])[] = [],
): string => [...rules, ...further].reduce((cleaned, [from, to]) => cleaned.replaceAll(from, to), text);

/** Cleans up a stream. It holds text back from the last space that no rule can reach across. */
export const cleanUpDecoder: Decoder = emit => {
  let pending = '';
  return {
    push(text) {
      pending += text;
      // No rule reaches across such a space: all rules start with a space, and only " ' " continues past one.
      const safe = pending.search(/[^\s'n] [^ ]*$/) + 1;
      if (safe === 0) return;
      emit(cleanUpTokenization(pending.slice(0, safe)), false);
      pending = pending.slice(safe);
    },
    finish() {
      emit(cleanUpTokenization(pending), true);
      pending = '';
    },
  };
};
