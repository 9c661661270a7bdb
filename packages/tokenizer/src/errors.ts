import { ResidualError } from '@residual/base';

/** Throws the error, with code `file`, of a file that is not a tokenizer we can read. */
export function failFile(message: string): never {
  throw new ResidualError('file', `tokenizer: ${abbreviateMessage(message)}`);
}

/** So much of a text is shown in an error. */
const maxShownLength = 100;

/** A text of a file as errors show it: what is long is cut. */
export const abbreviate = (text: string): string =>
  text.length <= maxShownLength ? text : `${text.slice(0, maxShownLength)}... (${text.length} characters)`;

/** Throws the error, with code `input`, of a call whose arguments do not fit. */
export function failInput(message: string): never {
  throw new ResidualError('input', abbreviateMessage(message));
}

/** Longer messages hold what a file or a call holds, and nobody reads them: their middle is left out. */
const maxMessageLength = 1000;

const abbreviateMessage = (message: string) =>
  message.length <= maxMessageLength
    ? message
    : `${message.slice(0, maxMessageLength / 2)} ... ${message.slice(-maxMessageLength / 4)}`;

/** A value of a file as errors show it. */
export function abbreviateJson(value: unknown): string {
  try {
    return abbreviate(JSON.stringify(value) ?? 'undefined');
  } catch {
    return 'nested too deeply'; // what writes it calls itself
  }
}
