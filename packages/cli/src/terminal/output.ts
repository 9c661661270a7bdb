import { inspect } from 'node:util';
import { printable } from '@residual/base';

/** Writes a line of a report to standard output, with control characters escaped; JSON keeps its value. */
export function print(line: string): void {
  console.log(printable(line));
}

/** Writes a result to standard output: as one line of JSON if that is wanted, else as text. */
export function printResult({ json }: { readonly json?: boolean }, value: unknown, text: () => string): void {
  print(json ? JSON.stringify(value) : text());
}

/**
 * Writes a text that the user asked for. A terminal gets control characters escaped, a file or pipe gets the text
 * itself.
 */
export function printText(text: string): void {
  process.stdout.write(process.stdout.isTTY ? printable(text) : text);
}

/** Writes a line to standard error, apart from the results. */
export function printNote(line: string): void {
  console.error(printable(line));
}

/** Writes the message of an error to standard error; with `RESIDUAL_DEBUG` set, the whole error. */
export function reportError(error: unknown): void {
  if (process.env.RESIDUAL_DEBUG) printNote(inspect(error));
  else printNote(`residual: ${error instanceof Error ? error.message : String(error)}`);
}
