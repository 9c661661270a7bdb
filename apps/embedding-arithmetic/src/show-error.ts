import { showError as show } from '@residual/appkit';

/** Shows an error in an element of the page, also for screen readers; without an error hides it. */
export function showError(id: string, error?: unknown): void {
  show(error === undefined ? undefined : wordsOf(error), id);
}

/** The message of an error as a sentence, without names of functions. */
function wordsOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, rest = message] =
    /^(?:arithmetic|parseExpression|direction|project|wordVectors): (.*)$/s.exec(message) ?? [];
  return `${rest[0]!.toUpperCase()}${rest.slice(1)}.`.replace(/\.\.$/, '.');
}
