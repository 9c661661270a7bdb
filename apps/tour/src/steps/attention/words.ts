/** A word or a mark of the sentence, as a span [start, end) of its tokens. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A noun and the words before it that are taken away and come back. */
export interface Phrase {
  /** The words before the noun. */
  readonly before: readonly Word[];
  readonly noun: Word;
  /** The indices in `before` of the words that may be taken away: the last few that are no marks. */
  readonly free: readonly number[];
  /** The indices in `before` of the words that are taken away. */
  readonly away: readonly number[];
}

/** The value of the setting that takes no word away; an empty one takes away the words of the phrase. */
export const nothing = '-';

/** At most as many words can be taken away. */
const most = 8;

/** Words that end a phrase to their left: articles, possessives, prepositions, conjunctions, pronouns, auxiliaries. */
const bounds = new Set(
  (
    'a an the this that these those my your his her its our their some any no every each all both and or but so then ' +
    'of in on at to from with by for into up as than is was were are be been had has have did do does not who which ' +
    'it he she they we you i there'
  ).split(' '),
);

const isWord = (text: string) => /[\p{L}\p{N}]/u.test(text);

/** The words and marks of a sentence, from the texts of its tokens. */
export function wordsOf(texts: readonly string[]): Word[] {
  const words: { text: string; start: number; end: number }[] = [];
  for (const [i, text] of texts.entries()) {
    const last = words.at(-1);
    if (last && isWord(last.text) && /^[\p{L}\p{N}'’]/u.test(text)) [last.text, last.end] = [last.text + text, i + 1];
    else words.push({ text: text.trim(), start: i, end: i + 1 });
  }
  return words;
}

/** The phrase that ends in a token: `without` names the words that are taken away, see `nothing`. */
export function phraseOf(texts: readonly string[], token: number, without: string): Phrase {
  const words = wordsOf(texts);
  const index = words.findIndex(({ end }) => token < end);
  const before = words.slice(0, index);
  const free = before.flatMap(({ text }, i) => (isWord(text) ? [i] : [])).slice(-most);
  const named = without.split(' ');
  const chosen = free.filter(i => named.includes(before[i]!.text));
  const isNamed = without === nothing || chosen.length > 0;
  return { before, noun: words[index]!, free, away: isNamed ? chosen : phraseBefore(before) };
}

/** The words before a noun up to an article, a mark and the like; the last word if there is none; at most 4. */
function phraseBefore(before: readonly Word[]): number[] {
  const isBound = ({ text }: Word) => !isWord(text) || bounds.has(text.toLowerCase());
  const bound = before.findLastIndex(isBound);
  const inPhrase = before.flatMap((_, i) => (i > bound ? [i] : [])).slice(-4);
  if (inPhrase.length > 0) return inPhrase;
  const last = before.length - 1;
  return last >= 0 && isWord(before[last]!.text) ? [last] : [];
}

/** The setting after a word is taken away or given back. */
export function toggled({ before, away }: Phrase, index: number): string {
  const text = before[index]!.text;
  const others = away.map(i => before[i]!.text).filter(other => other !== text);
  return (away.includes(index) ? others : [...others, text]).join(' ') || nothing;
}

/**
 * The tokens of the sentence up to and with `token`: first without all words that are taken away, then with one more of
 * them each time, in their order.
 */
export function stagesOf<Item>({ before, away }: Phrase, items: readonly Item[], token: number): Item[][] {
  return Array.from({ length: away.length + 1 }, (_, stage) => {
    const absent = away.slice(stage).map(i => before[i]!);
    return items.slice(0, token + 1).filter((_, i) => !absent.some(({ start, end }) => start <= i && i < end));
  });
}
