import type { BombResults } from '../bombs/run-bombs.js';
import type { Outcome } from '../bombs/target.js';
import type { FuzzResults } from './run-fuzz.js';

/** The results of one kind of files. */
export interface FuzzRow {
  readonly kind: string;
  readonly bombs: BombResults;
  /** Absent where the kind has no valid inputs to mutate. */
  readonly fuzzResults?: FuzzResults | undefined;
}

const count = (row: FuzzRow, ...outcomes: Outcome[]) =>
  [...row.bombs.defects, ...(row.fuzzResults?.defects ?? [])].filter(({ outcome }) => outcomes.includes(outcome))
    .length;

const peakMegabytes = ({ bombs, fuzzResults }: FuzzRow) =>
  Math.round(Math.max(bombs.megabytes, fuzzResults?.megabytes ?? 0));

/** The results as a table in Markdown. */
export const table = (rows: readonly FuzzRow[]): string =>
  [
    '| kind | bombs | inputs | crashes | hangs | raw errors | peak memory, MB |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(row =>
      [
        '',
        row.kind,
        row.bombs.results.length,
        (row.fuzzResults?.inputs ?? 0).toLocaleString('en'),
        count(row, 'crash', 'memory'),
        count(row, 'hang'),
        count(row, 'raw', 'long'),
        peakMegabytes(row),
        '',
      ]
        .join(' | ')
        .trim(),
    ),
  ].join('\n');

/** One line for each kind of defect, with its count and its first input; at most twenty for each kind of files. */
export const defectLines = (rows: readonly FuzzRow[]): string[] =>
  rows.flatMap(({ kind, bombs, fuzzResults }) => {
    const lines = new Map<string, [count: number, example: string]>();
    const add = (outcome: Outcome, message: string, example: string) => {
      const key = `${kind}: ${outcome}: ${message}`;
      const [count, first] = lines.get(key) ?? [0, example];
      lines.set(key, [count + 1, first]);
    };
    for (const { name, outcome, message } of bombs.defects) add(outcome, message, name);
    for (const { input, outcome, message, preview } of fuzzResults?.defects ?? [])
      add(outcome, message, `input ${input}: ${preview}`);
    return [...lines].slice(0, 20).map(([line, [count, example]]) => `${line}\n    ${count} times, first ${example}`);
  });
