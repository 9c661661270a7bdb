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

/** The reference's clean-up of single tokens has one rule more. */
export const doNotRule = [[' do not', " don't"]] as const;

/** Takes the spaces out that word-wise decoding leaves before signs and English contractions. */
export const cleanUpTokenization = (
  text: string,
  further: readonly (readonly [from: string, to: string])[] = [],
): string => [...rules, ...further].reduce((cleaned, [from, to]) => cleaned.replaceAll(from, to), text);

/** Cleans up a stream: text is held back to the last space that no rule can look across. */
export const cleanUpDecoder: Decoder = emit => {
  let pending = '';
  return {
    push(text) {
      pending += text;
      // No rule reaches from before such a space to behind it: all begin with a space, and only " ' " goes on past one.
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
