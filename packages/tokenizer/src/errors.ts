/** What may go wrong here: a file that cannot be read as a tokenizer, or a call whose arguments do not fit. */
export type TokenizerErrorCode = 'TOKENIZER_FILE' | 'TOKENIZER_INPUT';

const mark = /*#__PURE__*/ Symbol.for('residual.error');

/** The one error of this package; `code` is stable and can be acted on, `message` names what did not fit. */
export class ResidualError extends Error {
  override readonly name = 'ResidualError';

  constructor(
    readonly code: TokenizerErrorCode,
    message: string,
  ) {
    super(message);
    Object.defineProperty(this, mark, { value: true });
  }

  /** Whether a thrown value is such an error, also when it comes from another installed copy of the package. */
  static is(error: unknown): error is ResidualError {
    return typeof error === 'object' && error !== null && (error as { [mark]?: unknown })[mark] === true;
  }
}

/** Throws the error of a file that is not a tokenizer we can read. */
export function failFile(message: string): never {
  throw new ResidualError('TOKENIZER_FILE', `tokenizer: ${readable(message)}`);
}

/** So much of a text is shown in an error. */
const mostShown = 100;

/** A text of a file as errors show it: what is long is cut. */
export const shown = (text: string): string =>
  text.length <= mostShown ? text : `${text.slice(0, mostShown)}... (${text.length} characters)`;

/** Throws the error of a call whose arguments do not fit. */
export function failInput(message: string): never {
  throw new ResidualError('TOKENIZER_INPUT', readable(message));
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
