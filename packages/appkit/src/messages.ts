/**
 * The message of an error as a sentence for visitors, without names of functions. `labelOf` returns the label of the
 * control that sets an option.
 */
export function messageOf(error: unknown, labelOf: (option: string) => string | undefined = () => undefined): string {
  const text = error instanceof Error ? error.message : String(error);
  const name = error instanceof Error ? error.name : '';
  if (/^(Failed to fetch|Load failed|NetworkError)/.test(text))
    return `A file did not come: the server does not answer, or there is no connection (${text}).`;
  if (['TypeError', 'ReferenceError', 'SyntaxError', 'InternalError'].includes(name))
    return `Something went wrong in this page that should not: ${text}`;
  const message = text
    .replace(/^(?:[A-Za-z_][\w-]*: )+/, '') // names of functions
    .replace(/\b[a-z]+[A-Z]\w*\b/g, option => {
      const label = labelOf(option);
      return label === undefined ? option : `“${label}”`;
    });
  const sentence = /^[a-z]+[ ,]/.test(message) ? message.charAt(0).toUpperCase() + message.slice(1) : message; // not names of files
  return /[.!?…”"]$/.test(sentence) ? sentence : `${sentence}.`;
}
