import { ResidualError } from '@residual/base';
import { type Token, tokenizeExpression } from './expression-tokens.js';

/** A word of an expression with its factor. */
export interface Term {
  readonly word: string;
  readonly factor: number;
}

/** The maximal nesting depth of parentheses. */
const maxDepth = 100;

/** Either a plain number or a sum of words. */
type Value = number | Map<string, number>;

/**
 * Parses an expression such as `king - man + woman` to words with factors. Words may contain hyphens (a minus needs a
 * space before or after it), be quoted (`"new york"`), be multiplied or divided by numbers (`0.5 * warm`, `cold / 2`)
 * and be grouped by parentheses. Errors name the position, counted from 1. With a table use `readExpression`, which
 * knows which hyphens are minus signs.
 */
export function parseExpression(text: string): Term[] {
  return termsOf(
    tokenizeExpression(text),
    (before, word) => `a word with a space is written in quotes, ${JSON.stringify(`${before} ${word}`)}`,
  );
}

/** Parses tokens to a sum; `advice` is the hint of the error for two words without an operator. */
export function termsOf(tokens: readonly Token[], advice: (before: string, word: string) => string): Term[] {
  let [next, depth] = [0, 0];
  if (tokens.length === 0) fail('the expression is empty; write one like king - man + woman');

  const peek = (): Token | undefined => tokens[next];
  const isOperator = (...symbols: string[]) => {
    const token = peek();
    return token?.kind === 'operator' && symbols.includes(token.text) ? token : undefined;
  };

  const sum = (): Value => {
    let value = product();
    for (let operator = isOperator('+', '-'); operator; operator = isOperator('+', '-')) {
      next++;
      value = add(value, product(), operator);
    }
    return value;
  };
  const product = (): Value => {
    let value = unary();
    for (let operator = isOperator('*', '/'); operator; operator = isOperator('*', '/')) {
      next++;
      value = operator.text === '*' ? multiply(value, unary(), operator) : divide(value, unary(), operator);
    }
    return value;
  };
  const unary = (): Value => {
    let minus: Token | undefined;
    for (let operator = isOperator('+', '-'); operator; operator = isOperator('+', '-')) {
      next++;
      if (operator.text === '-') minus = minus ? undefined : operator;
    }
    return minus ? multiply(primary(), -1, minus) : primary();
  };
  const primary = (): Value => {
    const token = peek();
    if (!token)
      return fail(`the expression ends after ${describe(tokens.at(-1)!)}, where a word or number must follow`);
    next++;
    if (token.kind === 'number') return Number(token.text);
    if (token.kind === 'word') return new Map([[token.text, 1]]);
    if (token.text !== '(') return fail(`${describe(token)} stands where a word, a number or ( must`);
    if (++depth > maxDepth) fail(`the parenthesis at ${token.at} is deeper than ${maxDepth}`);
    const value = sum();
    depth--;
    if (!isOperator(')')) fail(`the parenthesis at ${token.at} is not closed`);
    next++;
    return value;
  };

  const value = sum();
  const leftover = peek();
  if (leftover?.kind === 'operator') fail(`${describe(leftover)} closes nothing`);
  if (leftover)
    fail(`${describe(leftover)} follows without + or - before it; ${advice(tokens[next - 1]!.text, leftover.text)}`);
  if (typeof value === 'number')
    return fail(`the number ${value} alone is no vector; put it in quotes where the word is meant, "${value}"`);
  return [...value].map(([word, factor]) => {
    if (!Number.isFinite(factor)) fail(`the factor of "${word}" is ${factor}; it must be finite`);
    return { word, factor };
  });
}

function add(a: Value, b: Value, { text, at }: Token): Value {
  const sign = text === '-' ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return a + sign * b;
  if (typeof a === 'number' || typeof b === 'number') {
    const number = typeof a === 'number' ? a : b;
    return fail(`${text} at ${at} joins the number ${number} and a word; put it in quotes where the word is meant`);
  }
  const sum = new Map(a);
  for (const [word, factor] of b) sum.set(word, (sum.get(word) ?? 0) + sign * factor);
  return sum;
}

function multiply(a: Value, b: Value, { at }: Token): Value {
  if (typeof a === 'number') return typeof b === 'number' ? a * b : scaled(b, a);
  return typeof b === 'number' ? scaled(a, b) : fail(`* at ${at} joins two words; one side must be a number`);
}

function divide(a: Value, b: Value, { at }: Token): Value {
  if (typeof b !== 'number') return fail(`/ at ${at} divides by a word; it must be a number`);
  if (b === 0) return fail(`/ at ${at} divides by 0`);
  return typeof a === 'number' ? a / b : scaled(a, 1 / b);
}

const scaled = (value: Map<string, number>, factor: number): Value =>
  new Map([...value].map(([word, own]) => [word, own * factor]));

const describe = ({ text, at }: Token): string => `${JSON.stringify(text)} at ${at}`;

function fail(what: string): never {
  throw new ResidualError('expression', `parseExpression: ${what}`);
}
