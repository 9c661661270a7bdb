import { cardinalWords, numberWords } from '../number-words.js';
import { end, numberPattern, type Reading, reading } from './reading.js';

/** One and several of a currency and of its hundredth; a yen has none. */
const currencies: Readonly<Record<string, readonly [string, string, string?, string?]>> = {
  $: ['dollar', 'dollars', 'cent', 'cents'],
  '€': ['euro', 'euros', 'cent', 'cents'],
  '£': ['pound', 'pounds', 'penny', 'pence'],
  '¥': ['yen', 'yen'],
  '₹': ['rupee', 'rupees', 'paisa', 'paise'],
};
const magnitudes: Readonly<Record<string, string>> = {
  ...{ k: 'thousand', m: 'million', mn: 'million', bn: 'billion', b: 'billion', tn: 'trillion' },
  ...{ thousand: 'thousand', million: 'million', billion: 'billion', trillion: 'trillion' },
};
const sign = '[$€£¥₹]';
const magnitude = '(?:(k|K|M|mn|bn|B|tn)|[ -](thousand|million|billion|trillion))';

function moneyWords(currency: string, amount: string, scale: string | undefined): string {
  const [one, many, cent, cents] = currencies[currency]!;
  if (scale !== undefined) return `${numberWords(amount)} ${magnitudes[scale.toLowerCase()]} ${many}`;
  const [whole = '', decimals] = amount.split('.');
  const count = whole.replaceAll(',', '') || '0';
  const wholes = `${cardinalWords(count)} ${count === '1' ? one : many}`;
  if (decimals === undefined || /^0+$/.test(decimals)) return wholes;
  if (decimals.length !== 2 || cent === undefined) return `${numberWords(amount)} ${many}`;
  const hundredths = `${cardinalWords(String(Number(decimals)))} ${decimals === '01' ? cent : cents}`;
  return count === '0' ? hundredths : `${wholes} and ${hundredths}`;
}

/** Amounts of money: "$3.50", "€5 million", "5 €", "-£20". */
export const money = (): readonly Reading[] => [
  reading(
    `([-−])?(${sign})[ \\u00a0]?(${numberPattern})(?:${magnitude}${end})?(?!\\p{N})`,
    ([, minus, currency = '', amount = '', short, long]) =>
      `${minus ? 'minus ' : ''}${moneyWords(currency, amount, short ?? long)}`,
  ),
  reading(`(${numberPattern})[ \\u00a0]?(${sign})${end}`, ([, amount = '', currency = '']) =>
    moneyWords(currency, amount, undefined),
  ),
];
