import { showError as show } from '@residual/appkit';

/** Says in a place of the page what went wrong, for everyone to see and a screen reader to say; nothing hides it. */
export function showError(id: string, error?: unknown): void {
  show(error === undefined ? undefined : wordsOf(error), id);
}

/** An error as a sentence for someone who did not write the function that it names. */
function wordsOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, rest = message] =
    /^(?:arithmetic|parseExpression|direction|project|wordVectors): (.*)$/s.exec(message) ?? [];
  return `${rest[0]!.toUpperCase()}${rest.slice(1)}.`.replace(/\.\.$/, '.');
}
