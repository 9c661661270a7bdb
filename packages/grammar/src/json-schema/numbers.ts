import { acceptsSymbols, type Dfa, dfaOf, explore } from '../dfa/dfa.js';

/** What numbers obey. */
export interface NumberRules {
  readonly isInteger?: boolean;
  readonly bounds?: readonly Bound[];
  readonly multiples?: readonly number[];
}

/** A number on one side of which all others are; `isExclusive`: it is not one of them itself. */
export interface Bound {
  readonly value: number;
  readonly side: 'min' | 'max';
  readonly isExclusive: boolean;
}

/**
 * The most digits of a number. All numbers of so many digits are different as float64 and are in the same order, so
 * that comparing digits is exact.
 */
export const maxDigits = 15;

/** A number in decimal notation: its sign and its digits before and after the point. */
interface Decimal {
  readonly isNegative: boolean;
  readonly whole: string;
  readonly fraction: string;
}

/** A text so far: which digits are read, how many, and how they compare with the bounds. */
interface State {
  readonly stage: 'begin' | 'sign' | 'whole' | 'point' | 'fraction';
  readonly isNegative: boolean;
  /** Whether the only digit before the point is 0. */
  readonly isZero: boolean;
  /** How many digits stand on this side of the point. */
  readonly index: number;
  /** How many digits count for `maxDigits`: all but a 0 before the point. */
  readonly used: number;
  /** Whether the last digit is 0. */
  readonly endsInZero: boolean;
  /**
   * For each bound: whether the digits so far are below, at or above its first ones; decided once they differ in
   * number.
   */
  readonly orders: readonly number[];
  /** For each multiple: what is left of the digits so far. */
  readonly remainders: readonly number[];
}

let any: Dfa | undefined;
let integers: Dfa | undefined;

/** All numbers of at most `maxDigits` digits, as JSON.stringify writes them but for exponents: no digit is idle. */
export const anyNumber = (): Dfa => (any ??= build({}));

/** The texts of the numbers that obey the rules. */
export function numberDfa(rules: NumberRules): Dfa {
  if ((rules.bounds ?? []).length + (rules.multiples ?? []).length > 0) return build(rules);
  return rules.isInteger ? (integers ??= build(rules)) : anyNumber();
}

function build({ isInteger = false, bounds = [], multiples = [] }: NumberRules): Dfa {
  const limits = bounds.map(({ value }) => decimal(value));
  const scales = multiples.map(multipleOf);
  const places = Math.min(isInteger ? 0 : maxDigits, ...scales.map(({ places }) => places));
  const start: State = {
    stage: 'begin',
    isNegative: false,
    isZero: false,
    index: 0,
    used: 0,
    endsInZero: false,
    orders: bounds.map(() => 0),
    remainders: multiples.map(() => 0),
  };
  const withDigit = (state: State, digit: number): State | undefined => {
    const { stage, isZero, index, used } = state;
    const isFraction = stage === 'point' || stage === 'fraction';
    if (used >= maxDigits || (isFraction ? index >= places : isZero)) return undefined;
    const startsWithZero = !isFraction && index === 0 && digit === 0;
    return {
      ...state,
      stage: isFraction ? 'fraction' : 'whole',
      isZero: isZero || startsWithZero,
      index: index + 1,
      used: startsWithZero ? 0 : used + 1,
      endsInZero: digit === 0,
      orders: state.orders.map((order, i) => {
        const { whole, fraction } = limits[i]!;
        return order || Math.sign(digit - Number((isFraction ? fraction : whole)[index] ?? 0));
      }),
      remainders: state.remainders.map((rest, i) => (rest * 10 + digit) % scales[i]!.multiple),
    };
  };
  const atPoint = (state: State): State => ({
    ...state,
    stage: 'point',
    index: 0,
    endsInZero: false,
    orders: state.orders.map((order, i) => wholeOrder(state, order, limits[i]!)),
  });
  const accepts = (state: State): boolean => {
    const { stage, isNegative, isZero, index, endsInZero } = state;
    if (stage !== 'whole' && stage !== 'fraction') return false;
    if (stage === 'fraction' ? endsInZero : isNegative && isZero) return false;
    const fractionLength = stage === 'whole' ? 0 : index;
    const fits = bounds.every(({ side, isExclusive }, i) => {
      const limit = limits[i]!;
      let order = state.orders[i]!;
      if (stage === 'whole') order = wholeOrder(state, order, limit);
      order ||= /[1-9]/.test(limit.fraction.slice(fractionLength)) ? -1 : 0;
      const compared = isNegative !== limit.isNegative ? (isNegative ? -1 : 1) : isNegative ? -order : order;
      return compared === 0 ? !isExclusive : side === 'min' ? compared > 0 : compared < 0;
    });
    return (
      fits &&
      scales.every(({ multiple, places }, i) => {
        let rest = state.remainders[i]!;
        for (let place = fractionLength; place < places; place++) rest = (rest * 10) % multiple;
        return rest === 0;
      })
    );
  };
  return explore<State>({
    start,
    key: ({ stage, isNegative, isZero, index, used, endsInZero, orders, remainders }) => {
      // After the point, how many digits there are matters only until the bounds are decided, or for multiples.
      const isCounted = stage === 'whole' || multiples.length > 0 || orders.includes(0);
      const isFractional = stage === 'point' || stage === 'fraction';
      const digits = `${isCounted ? index : ''} ${used} ${isFractional ? endsInZero : isZero}`;
      return `${stage} ${isNegative} ${digits} ${orders} ${remainders}`;
    },
    accepts,
    edges: function* (state) {
      const { stage } = state;
      if (stage === 'begin') yield [0x2d, 0x2d, { ...state, stage: 'sign', isNegative: true }];
      if (stage === 'whole' && places > 0) yield [0x2e, 0x2e, atPoint(state)];
      // Where nothing is compared with the digits, 1 to 9 are alike.
      const areAlike = multiples.length === 0 && !state.orders.includes(0);
      for (let digit = 0; digit < 10; digit++) {
        const next = withDigit(state, digit);
        const last = areAlike && digit > 0 ? 9 : digit;
        if (next) yield [0x30 + digit, 0x30 + last, next];
        digit = last;
      }
    },
  });
}

/**
 * Whether the digits before the point make a number below, at or above those of a bound, given how the first compare.
 */
const wholeOrder = ({ index }: State, order: number, limit: Decimal): number =>
  Math.sign(index - limit.whole.length) || order;

/** A multiple as a whole number, after how many places it is moved. */
function multipleOf(value: number): { readonly multiple: number; readonly places: number } {
  const { whole, fraction } = decimal(value);
  return { multiple: Number(whole + fraction), places: fraction.length };
}

/** The largest multiple: there are states for each remainder, sign and number of digits. */
export const maxMultiple = 2000;

/** Whether multiples of a number can be read digit by digit: its digits are few enough to compute with exactly. */
export const isReadableMultiple = (value: number): boolean => multipleOf(value).multiple <= maxMultiple;

function decimal(value: number): Decimal {
  const [, sign, first, rest = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value))!;
  const shift = Number(exponent);
  const digits = first + rest;
  const point = first!.length + shift;
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  const fraction = point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits;
  return { isNegative: sign === '-', whole: whole.replace(/^0+(?=\d)/, ''), fraction: fraction.replace(/0+$/, '') };
}

/** Those of some numbers that obey the rules, which here may have any number of digits. */
export function obeying(values: readonly number[], rules: NumberRules): number[] {
  const dfa = numberDfa(rules);
  const { isInteger, bounds = [], multiples = [] } = rules;
  return values.filter(value => {
    const text = JSON.stringify(value);
    if (/^-?[\d.]+$/.test(text) && text.replace(/^-?(?:0\.)?|\./g, '').length <= maxDigits)
      return acceptsSymbols(dfa, symbolsOf(text));
    return (
      (!isInteger || Number.isInteger(value)) &&
      multiples.every(multiple => value % multiple === 0) &&
      bounds.every(({ value: bound, side, isExclusive }) =>
        value === bound ? !isExclusive : side === 'min' ? value > bound : value < bound,
      )
    );
  });
}

const symbolsOf = (text: string): number[] => Array.from(text, char => char.charCodeAt(0));

/** The texts of some numbers. */
export const numbersDfa = (values: readonly number[]): Dfa =>
  dfaOf(values.map(value => symbolsOf(JSON.stringify(value))));
