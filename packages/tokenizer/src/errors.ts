import { ResidualError } from '@residual/base';

/** Throws the error, with code `file`, of a file that is not a tokenizer we can read. */
export function failFile(message: string): never {
  throw new ResidualError('file', `tokenizer: ${readable(message)}`);
}

/** So much of a text is shown in an error. */
const mostShown = 100;

/** A text of a file as errors show it: what is long is cut. */
export const shown = (text: string): string =>
  text.length <= mostShown ? text : `${text.slice(0, mostShown)}... (${text.length} characters)`;

/** Throws the error, with code `input`, of a call whose arguments do not fit. */
export function failInput(message: string): never {
  throw new ResidualError('input', readable(message));
}

/** Longer messages hold what a file or a call holds, and nobody reads them: their middle is left out. */
const longestMessage = 1000;

const readable = (message: string) =>
  message.length <= longestMessage
    ? message
    : `${message.slice(0, longestMessage / 2)} ... ${message.slice(-longestMessage / 4)}`;

/** A value of a file as errors show it. */
export function shownJson(value: unknown): string {
  try {
    return shown(JSON.stringify(value) ?? 'undefined');
  } catch {
    return 'nested too deeply'; // what writes it calls itself
  }
}
