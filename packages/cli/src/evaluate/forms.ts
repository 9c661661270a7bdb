import type { FormResult } from '../runtime/model.js';
import { columns, megabytes } from '../terminal/format.js';

/** A column of numbers in a table of forms: its heading, and its text for a result and the first result. */
export interface FormColumn<Result> {
  readonly heading: string;
  readonly text: (result: Result, first: Result) => string;
}

/** The results of all forms as plain data. */
export function formsAsJson<Result extends object>(results: readonly FormResult<Result>[]): object {
  return { forms: results.map(({ form, bytes, result }) => ({ weights: form, bytes, ...result })) };
}

/** The results of all forms as a table, a line for each. */
export function formsTable<Result>(
  results: readonly [FormResult<Result>, ...FormResult<Result>[]],
  numbers: readonly FormColumn<Result>[],
): string {
  const [{ form: firstForm, result: first }] = results;
  const headings = numbers.map(({ heading }) => heading.replace('FIRST', String(firstForm)));
  const rows = results.map(({ form, bytes, result }) => [
    String(form),
    megabytes(bytes),
    ...numbers.map(({ text }) => text(result, first)),
  ]);
  return columns([['weights', 'in memory', ...headings], ...rows]);
}

/** A difference with its sign. */
export function signed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text.replace(/^-(0(\.0*)?)$/, '$1');
}
