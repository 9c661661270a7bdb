/**
 * The message of an error as a sentence for visitors, without names of functions. `labelOf` returns the label of the
 * control that sets an option.
 */
export function messageOf(error: unknown, labelOf: (option: string) => string | undefined = () => undefined): string {
  const text = error instanceof Error ? error.message : String(error);
  const name = error instanceof Error ? error.name : '';
  if (/^(Failed to fetch|Load failed|NetworkError)/.test(text))
    return `A file could not be loaded: the server does not answer, or there is no connection (${text}).`;
  if (['TypeError', 'ReferenceError', 'SyntaxError', 'InternalError'].includes(name))
    return `Something is broken in this page: ${text}`;
  const message = text
    .replace(/^(?:[A-Za-z_][\w-]*: )+/, '') // names of functions
    .replace(/\b[a-z]+[A-Z]\w*\b/g, option => {
      const label = labelOf(option);
      return label === undefined ? option : `“${label}”`;
    });
  const startsWithWord = /^[a-z]+[ ,]/.test(message); // a name of a file stays as it is
  const sentence = startsWithWord ? message.charAt(0).toUpperCase() + message.slice(1) : message;
  return /[.!?…]["”]?$/.test(sentence) ? sentence : `${sentence}.`;
}
