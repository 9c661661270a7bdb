import { inspect } from 'node:util';
import { printable } from '@residual/base';

/** Writes a line of a report to standard output, with control characters escaped; JSON keeps its value. */
export function print(line: string): void {
  console.log(printable(line));
}

/** Writes a value to standard output as one line of JSON. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

/** Writes a result to standard output: as one line of JSON if `json` is set, else as text. */
export function printResult({ json }: { readonly json?: boolean }, value: unknown, text: () => string): void {
  if (json) printJson(value);
  else print(text());
}

/**
 * Writes a text that the user asked for. A terminal gets control characters escaped, a file or pipe gets the text
 * itself.
 */
export function printText(text: string): void {
  process.stdout.write(process.stdout.isTTY ? printable(text) : text);
}

/** From here on, what is written to a terminal is dim, or no longer. */
export function setDim(isDim: boolean): void {
  if (process.stdout.isTTY) process.stdout.write(isDim ? '\u001b[2m' : '\u001b[22m');
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
