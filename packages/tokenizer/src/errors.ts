import { ResidualError } from '@residual/base';

/** Throws the error for a file that cannot be read, with code `file`. */
export function failFile(message: string): never {
  throw new ResidualError('file', `tokenizer: ${abbreviateMessage(message)}`);
}

/** Longer texts are cut in error messages. */
const maxShownLength = 100;

/** A text for an error message, cut if it is long. */
export const abbreviate = (text: string): string =>
  text.length <= maxShownLength ? text : `${text.slice(0, maxShownLength)}... (${text.length} characters)`;

/** Throws the error for invalid arguments, with code `input`. */
export function failInput(message: string): never {
  throw new ResidualError('input', abbreviateMessage(message));
}

/** Longer messages contain data of a file or call; their middle is left out. */
const maxMessageLength = 1000;

const abbreviateMessage = (message: string) =>
  message.length <= maxMessageLength
    ? message
    : `${message.slice(0, maxMessageLength / 2)} ... ${message.slice(-maxMessageLength / 4)}`;

/** A JSON value for an error message. */
export function abbreviateJson(value: unknown): string {
  try {
    return abbreviate(JSON.stringify(value) ?? 'undefined');
  } catch {
    return 'nested too deeply'; // JSON.stringify is recursive
  }
}
