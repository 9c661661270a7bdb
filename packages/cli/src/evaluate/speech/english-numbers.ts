import { pattern } from './word-patterns.js';

/** A number that is being read: a whole number, or the digits so far. */
type Value = bigint | string;
/** A number and what is written after it, such as `st`. */
type Suffixed = readonly [value: bigint, suffix: string];

const zeros = ['o', 'oh', 'zero'];
const ones = numbered([
  ...['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'],
  ...['thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'],
]);
const tens = new Map(
  ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'].map((name, i) => [
    name,
    BigInt(10 * (i + 2)),
  ]),
);
const multipliers = new Map<string, bigint>([
  ['hundred', 100n],
  ...[
    ...['thousand', 'million', 'billion', 'trillion', 'quadrillion', 'quintillion', 'sextillion', 'septillion'],
    ...['octillion', 'nonillion', 'decillion'],
  ].map((name, i) => [name, 1000n ** BigInt(i + 1)] as [string, bigint]),
]);
const onesSuffixed = new Map<string, Suffixed>([
  ...suffixed(ones, name => (name === 'six' ? 'sixes' : `${name}s`), 's'),
  ['zeroth', [0n, 'th']],
  ['first', [1n, 'st']],
  ['second', [2n, 'nd']],
  ['third', [3n, 'rd']],
  ['fifth', [5n, 'th']],
  ['twelfth', [12n, 'th']],
  ...suffixed(
    new Map([...ones].filter(([, value]) => value > 3n && value !== 5n && value !== 12n)),
    name => `${name}${name.endsWith('t') ? 'h' : 'th'}`,
    'th',
  ),
]);
const tensSuffixed = new Map<string, Suffixed>([
  ...suffixed(tens, name => name.replace('y', 'ies'), 's'),
  ...suffixed(tens, name => name.replace('y', 'ieth'), 'th'),
]);
const multipliersSuffixed = new Map<string, Suffixed>([
  ...suffixed(multipliers, name => `${name}s`, 's'),
  ...suffixed(multipliers, name => `${name}th`, 'th'),
]);
const precedingPrefixes = new Map([
  ['minus', '-'],
  ['negative', '-'],
  ['plus', '+'],
  ['positive', '+'],
]);
const followingPrefixes = new Map([
  ...['pound', 'pounds'].map(name => [name, '£'] as const),
  ...['euro', 'euros'].map(name => [name, '€'] as const),
  ...['dollar', 'dollars'].map(name => [name, '$'] as const),
  ...['cent', 'cents'].map(name => [name, '¢'] as const),
]);
const prefixes = [...precedingPrefixes.values(), ...followingPrefixes.values()];
const decimals = new Set([...ones.keys(), ...tens.keys(), ...zeros]);
const numberWords = new Set([
  ...[...decimals, ...onesSuffixed.keys(), ...tensSuffixed.keys(), ...multipliers.keys()],
  ...[...multipliersSuffixed.keys(), ...precedingPrefixes.keys(), ...followingPrefixes.keys()],
  ...['per', 'percent', 'and', 'double', 'triple', 'point'],
]);

function numbered(names: readonly string[]): ReadonlyMap<string, bigint> {
  return new Map(names.map((name, i) => [name, BigInt(i + 1)]));
}

function suffixed(
  numbers: ReadonlyMap<string, bigint>,
  nameOf: (name: string) => string,
  suffix: string,
): (readonly [string, Suffixed])[] {
  return [...numbers].map(([name, value]) => [nameOf(name), [value, suffix]]);
}

/**
 * Writes the numbers of an English text in lower case in digits, as the normalizer of Whisper does: `twenty one` as 21,
 * `five dollars and ten cents` as $5.10, `two and a half` as 2.5. Its oddities are kept: 1.5 becomes `one.5`.
 */
export function numbersInDigits(text: string): string {
  const words = beforeNumbers(text)
    .split(/\s+/u)
    .filter(word => word !== '');
  return afterNumbers(new NumberReader(words).read().join(' '));
}

/** Reads words in turn; a number is written when the next word does not continue it. */
class NumberReader {
  private readonly words: readonly string[];
  private readonly output: string[] = [];
  private prefix = '';
  private value: Value | undefined;

  constructor(words: readonly string[]) {
    this.words = words;
  }

  read(): string[] {
    for (let i = 0; i < this.words.length; i++) if (this.readWord(i)) i++;
    this.flush();
    return this.output;
  }

  /** Writes a text after the prefix; the number so far is done. */
  private write(text: Value): void {
    this.output.push(this.prefix + text);
    this.value = undefined;
    this.prefix = '';
  }

  /** Writes the number so far, if there is one. */
  private flush(): void {
    if (this.value !== undefined) this.write(this.value);
  }

  /** The digits so far; none of a zero. */
  private get digits(): string {
    return this.value === undefined || this.value === 0n ? '' : `${this.value}`;
  }

  /** Reads a word; returns whether it used the next one too. */
  private readWord(i: number): boolean {
    const word = this.words[i]!;
    const [before, next] = [this.words[i - 1] ?? '', this.words[i + 1]];
    const hasNumberNext = next !== undefined && (numberWords.has(next) || isNumeric(next));
    const sign = prefixes.includes(Array.from(word)[0]!) ? word[0]! : '';
    if (isNumeric(word.slice(sign.length))) this.readDigits(word, sign);
    else if (!numberWords.has(word)) this.writeWord(word);
    else if (zeros.includes(word)) this.value = `${this.digits}0`;
    else if (ones.has(word)) this.value = this.withOnes(ones.get(word)!, before);
    else if (onesSuffixed.has(word)) {
      const [value, suffix] = onesSuffixed.get(word)!;
      this.write(this.withOnes(value, before) + suffix);
    } else if (tens.has(word)) this.value = this.withTens(tens.get(word)!);
    else if (tensSuffixed.has(word)) {
      const [value, suffix] = tensSuffixed.get(word)!;
      this.write(this.withTens(value) + suffix);
    } else if (multipliers.has(word)) this.multiply(multipliers.get(word)!);
    else if (multipliersSuffixed.has(word)) this.multiplySuffixed(multipliersSuffixed.get(word)!);
    else if (precedingPrefixes.has(word)) {
      this.flush();
      if (hasNumberNext) this.prefix = precedingPrefixes.get(word)!;
      else this.write(word);
    } else if (followingPrefixes.has(word)) {
      if (this.value === undefined) this.write(word);
      else {
        this.prefix = followingPrefixes.get(word)!;
        this.flush();
      }
    } else return this.readSpecial(word, before, next, hasNumberNext);
    return false;
  }

  private writeWord(word: string): void {
    this.flush();
    this.write(word);
  }

  /** A number in digits, which may continue one that ends with a point. */
  private readDigits(word: string, sign: string): void {
    if (typeof this.value === 'string' && this.value.endsWith('.')) {
      this.value += word;
      return;
    }
    this.flush();
    if (sign !== '') this.prefix = sign;
    const digits = word.slice(sign.length);
    this.value = times(digits, 1n) ?? digits;
  }

  /** The number so far continued by one from 1 to 19. */
  private withOnes(value: bigint, before: string): Value {
    const past = this.value;
    if (past === undefined) return value;
    if (typeof past === 'string' || ones.has(before))
      return tens.has(before) && value < 10n ? `${`${past}`.slice(0, -1)}${value}` : `${past}${value}`;
    return past % (value < 10n ? 10n : 100n) === 0n ? past + value : `${past}${value}`;
  }

  private withTens(value: bigint): Value {
    const past = this.value;
    if (past === undefined) return value;
    return typeof past !== 'string' && past % 100n === 0n ? past + value : `${past}${value}`;
  }

  private multiply(factor: bigint): void {
    const past = this.value;
    if (past === undefined) this.value = factor;
    else if (typeof past === 'string' || past === 0n) {
      const product = times(`${past}`, factor);
      if (product === undefined) this.write(past);
      this.value = product ?? factor;
    } else this.value = (past / 1000n) * 1000n + (past % 1000n) * factor;
  }

  private multiplySuffixed([factor, suffix]: Suffixed): void {
    const past = this.value;
    if (past === undefined) this.write(`${factor}${suffix}`);
    else if (typeof past === 'string') {
      const product = times(past, factor);
      if (product === undefined) this.write(past);
      this.write(`${product ?? factor}${suffix}`);
    } else this.write(`${(past / 1000n) * 1000n + (past % 1000n) * factor}${suffix}`);
  }

  /** `percent`, `per`, `and`, `double`, `triple` and `point`; returns whether it used the next word too. */
  private readSpecial(word: string, before: string, next: string | undefined, hasNumberNext: boolean): boolean {
    if (word === 'per' || word === 'percent') {
      const isCents = word === 'per' && next === 'cent';
      if (this.value === undefined) this.write(word);
      else if (word === 'percent' || isCents) this.write(`${this.value}%`);
      else this.writeWord(word);
      return isCents && this.output.at(-1)!.endsWith('%');
    }
    if (!hasNumberNext) this.writeWord(word);
    else if (word === 'and') {
      if (!multipliers.has(before)) this.writeWord(word);
    } else if (word === 'point') {
      if (decimals.has(next!) || isNumeric(next!)) this.value = `${this.digits}.`;
    } else if (ones.has(next!) || zeros.includes(next!)) {
      this.value = this.digits + `${ones.get(next!) ?? 0n}`.repeat(word === 'double' ? 2 : 3);
      return true;
    } else this.writeWord(word);
    return false;
  }
}

const isNumeric = (word: string) => /^\d+(\.\d+)?$/.test(word);

/** A decimal number times a factor if that is whole; undefined otherwise. */
function times(text: string, factor: bigint): bigint | undefined {
  const match = /^(?=\d|\.\d)(\d*)(?:\.(\d*))?$/.exec(text);
  if (!match) return undefined;
  const [, whole = '', decimals = ''] = match;
  const [numerator, denominator] = [BigInt(`0${whole}${decimals}`) * factor, 10n ** BigInt(decimals.length)];
  return numerator % denominator === 0n ? numerator / denominator : undefined;
}

/** Writes `and a half` after a number as a decimal, and parts digits from letters. */
function beforeNumbers(text: string): string {
  const segments = text.split(pattern('\\band\\s+a\\s+half\\b'));
  const results = segments.flatMap((segment, i) => {
    if (segment.trim() === '') return [];
    if (i === segments.length - 1) return [segment];
    const last = segment.trim().split(/\s+/u).at(-1)!;
    return [segment, decimals.has(last) || multipliers.has(last) ? 'point five' : 'and a half'];
  });
  return results
    .join(' ')
    .replace(/([a-z])([0-9])/g, '$1 $2')
    .replace(/([0-9])([a-z])/g, '$1 $2')
    .replace(pattern('([0-9])\\s+(st|nd|rd|th|s)\\b'), '$1$2');
}

/** Joins cents to their currency, and writes `one` for a 1 alone. */
function afterNumbers(text: string): string {
  return text
    .replace(pattern('([€£$])([0-9]+) (?:and )?¢([0-9]{1,2})\\b'), (_, currency, whole, cents: string) => {
      return `${currency}${whole}.${cents.padStart(2, '0')}`;
    })
    .replace(pattern('[€£$]0.([0-9]{1,2})\\b'), (_, cents) => `¢${Number(cents)}`)
    .replace(pattern('\\b1(s?)\\b'), 'one$1');
}
