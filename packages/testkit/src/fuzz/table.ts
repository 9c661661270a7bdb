import type { BombResults } from '../bombs/run-bombs.js';
import type { Outcome } from '../bombs/target.js';
import type { FuzzResults } from './run-fuzz.js';

/** What became of a kind of files. */
export interface Row {
  readonly kind: string;
  readonly bombs: BombResults;
  /** Absent where the kind has no valid inputs to mutate. */
  readonly fuzzed?: FuzzResults | undefined;
}

const count = (row: Row, ...outcomes: Outcome[]) =>
  [...row.bombs.defects, ...(row.fuzzed?.defects ?? [])].filter(({ outcome }) => outcomes.includes(outcome)).length;

const megabytes = ({ bombs, fuzzed }: Row) => Math.round(Math.max(bombs.megabytes, fuzzed?.megabytes ?? 0));

/** The results as a table in Markdown. */
export const table = (rows: readonly Row[]): string =>
  [
    '| kind | bombs | inputs | crashes | hangs | raw errors | peak memory, MB |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(row =>
      [
        '',
        row.kind,
        row.bombs.results.length,
        (row.fuzzed?.inputs ?? 0).toLocaleString('en'),
        count(row, 'crash', 'memory'),
        count(row, 'hang'),
        count(row, 'raw', 'long'),
        megabytes(row),
        '',
      ]
        .join(' | ')
        .trim(),
    ),
  ].join('\n');

/** A line for each defect, at most twenty of a kind. */
export const defectLines = (rows: readonly Row[]): string[] =>
  rows.flatMap(({ kind, bombs, fuzzed }) => [
    ...bombs.defects.slice(0, 20).map(({ name, outcome, message }) => `${kind}: ${name}: ${outcome}: ${message}`),
    ...(fuzzed?.defects ?? [])
      .slice(0, 20)
      .map(({ input, outcome, message, shown }) => `${kind}: input ${input}: ${outcome}: ${message}\n    ${shown}`),
  ]);
