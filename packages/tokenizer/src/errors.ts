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
  throw new ResidualError('TOKENIZER_FILE', `tokenizer: ${message}`);
}

/** Throws the error of a call whose arguments do not fit. */
export function failInput(message: string): never {
  throw new ResidualError('TOKENIZER_INPUT', message);
}
