import { ResidualError } from './errors.js';

/** A piece of an expression and where it begins, counted from 1. */
export interface Token {
  readonly kind: 'word' | 'number' | 'operator';
  readonly text: string;
  readonly at: number;
}

const operators: Readonly<Record<string, string>> = { '−': '-', '–': '-', '×': '*', '·': '*', '÷': '/' };
const quotes: Readonly<Record<string, string>> = { '"': '"', "'": "'", '“': '”', '‘': '’' };
const number = /^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?(?=$|[\s+*/()×·÷])/i;

/** Cuts an expression into words, numbers and operators. Errors when a quote is not closed. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const letter = text[at]!;
    const [figure] = number.exec(text.slice(at)) ?? [];
    if (/\s/.test(letter)) at++;
    else if (Object.hasOwn(quotes, letter)) {
      const end = text.indexOf(quotes[letter]!, at + 1);
      if (end < 0) throw new ResidualError('expression', `parseExpression: the quote at ${at + 1} is not closed`);
      tokens.push({ kind: 'word', text: text.slice(at + 1, end), at: at + 1 });
      at = end + 1;
    } else if (figure !== undefined) {
      tokens.push({ kind: 'number', text: figure, at: at + 1 });
      at += figure.length;
    } else if (isOperator(text, at)) {
      tokens.push({ kind: 'operator', text: operators[letter] ?? letter, at: at + 1 });
      at++;
    } else {
      const start = at;
      while (at < text.length && !/\s/.test(text[at]!) && !isOperator(text, at)) at++;
      tokens.push({ kind: 'word', text: text.slice(start, at), at: start + 1 });
    }
  }
  return tokens;
}

/** Whether a sign at a place is an operator: a hyphen between two letters belongs to their word. */
function isOperator(text: string, at: number): boolean {
  const letter = text[at]!;
  if (/[+*/()×·÷]/.test(letter)) return true;
  if (!/[-−–]/.test(letter)) return false;
  const inWord = (other: string | undefined) => other !== undefined && !/[\s+*/()×·÷-]/.test(other);
  return !(letter === '-' && inWord(text[at - 1]) && inWord(text[at + 1]));
}
