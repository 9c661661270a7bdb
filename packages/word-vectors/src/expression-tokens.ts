import { ResidualError } from '@residual/base';

/** A token of an expression and its position, counted from 1. */
export interface Token {
  readonly kind: 'word' | 'number' | 'operator';
  readonly text: string;
  readonly at: number;
  readonly quoted?: boolean;
}

/** The vocabulary that an expression is read with. */
export interface WordLookup {
  /** Whether a text is a word, perhaps in another spelling. */
  has(text: string): boolean;
  /** The length of the longest word. */
  readonly maxLength: number;
}

/** Operator signs outside ASCII and their meaning, except hyphens, which are operators only between words. */
const operators = [
  ['-', '−‒–—―﹣－'],
  ['+', '＋﹢'],
  ['*', '×·⋅∙✕✖∗＊'],
  ['/', '÷∕⁄／'],
  ['(', '（'],
  [')', '）'],
] as const;
const hyphens: Readonly<Record<string, string>> = { '‐': '-', '‑': '-' };
const quotes: Readonly<Record<string, string>> = { '"': '"', "'": "'", '“': '”', '‘': '’', '„': '“', '«': '»' };

const operatorOf = (sign: string | undefined): string | undefined => {
  if (sign === undefined) return undefined;
  if ('+-*/()'.includes(sign)) return sign;
  return sign < '\x80' ? undefined : (operators.find(([, signs]) => signs.includes(sign))?.[0] ?? hyphens[sign]);
};

/**
 * Tokenizes an expression into words, numbers and operators. With a vocabulary each span without spaces is segmented
 * into the fewest unknown words, longest words first; without one, a hyphen between two letters belongs to the word.
 * Errors if a quote is not closed.
 */
export function tokenizeExpression(text: string, lookup?: WordLookup): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const letter = text[at]!;
    const closes = Object.hasOwn(quotes, letter) ? text.indexOf(quotes[letter]!, at + 1) : -1;
    if (/\s/.test(letter)) at++;
    else if (closes >= 0) {
      tokens.push({ kind: 'word', text: text.slice(at + 1, closes), at: at + 1, quoted: true });
      at = closes + 1;
    } else if (Object.hasOwn(quotes, letter) && !"'‘".includes(letter))
      throw new ResidualError('expression', `parseExpression: the quote at ${at + 1} is not closed`);
    else if (operatorOf(letter)) {
      tokens.push({ kind: 'operator', text: operatorOf(letter)!, at: at + 1 });
      at++;
    } else {
      const end = spanEnd(text, at);
      const spanTokens = lookup ? tokensByLookup(text, at, end, lookup) : tokensBySigns(text, at, end);
      tokens.push(...spanTokens);
      const last = spanTokens.at(-1)!;
      at = last.at - 1 + last.text.length;
    }
  }
  return tokens;
}

/** The end of a span of words and operators: before a space, or before a quote after an operator. */
function spanEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && !/\s/.test(text[end]!)) {
    if (end > start && Object.hasOwn(quotes, text[end]!) && operatorOf(text[end - 1])) break;
    end++;
  }
  return end;
}

const number = /^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const numberBefore = /^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?(?=$|[\s+*/()×·÷])/i;

/** The first word or number of a span without a vocabulary: a hyphen between two letters belongs to the word. */
function tokensBySigns(text: string, start: number, end: number): Token[] {
  const [digits] = numberBefore.exec(text.slice(start, end)) ?? [];
  if (digits !== undefined) return [{ kind: 'number', text: digits, at: start + 1 }];
  let at = start;
  const belongs = (index: number) => {
    const isHyphen = text[index] === '-' || Object.hasOwn(hyphens, text[index]!);
    return isHyphen && index + 1 < end && !operatorOf(text[index + 1]);
  };
  while (at < end && (!operatorOf(text[at]) || belongs(at))) at++;
  return [{ kind: 'word', text: text.slice(start, at), at: start + 1 }];
}

/** The best segmentation from an index: the number of unknown words, and the end of the first word. */
interface Segmentation {
  readonly unknown: number;
  readonly end: number;
}

/** The tokens of a span that starts with a word or number, with a vocabulary. */
function tokensByLookup(text: string, start: number, end: number, lookup: WordLookup): Token[] {
  const signs: number[] = [];
  for (let at = start; at < end; at++) if (operatorOf(text[at])) signs.push(at);
  const ends = [...signs, end];
  const nextWord = (index: number) => {
    let at = index;
    while (at < end && operatorOf(text[at])) at++;
    return at;
  };
  const starts = [start, ...signs.map(sign => sign + 1).filter(at => at < end && !operatorOf(text[at]))];
  const readings = new Map<number, Segmentation>([[end, { unknown: 0, end }]]);
  let last = ends.length - 1; // the last possible end of a word from here
  for (const from of starts.reverse()) {
    while (last > 0 && ends[last - 1]! > from) last--;
    let best: Segmentation | undefined;
    for (let i = last; i < ends.length && (i === last || ends[i]! - from <= lookup.maxLength); i++) {
      const to = ends[i]!;
      const part = text.slice(from, to);
      const isKnown = number.test(part) || lookup.has(part);
      if (!isKnown && i > last) continue;
      const unknown = readings.get(nextWord(to))!.unknown + (isKnown ? 0 : 1);
      if (!best || unknown <= best.unknown) best = { unknown, end: to }; // prefers the longer word
    }
    readings.set(from, best!);
  }
  const tokens: Token[] = [];
  for (let at = start; at < end; ) {
    const sign = operatorOf(text[at]);
    const to = sign ? at + 1 : readings.get(at)!.end;
    const part = text.slice(at, to);
    const kind = sign ? 'operator' : number.test(part) ? 'number' : 'word';
    tokens.push({ kind, text: sign ?? part, at: at + 1 });
    at = to;
  }
  return tokens;
}
