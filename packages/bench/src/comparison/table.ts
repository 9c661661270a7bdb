import type { Line } from './line.js';
import type { NoteList } from './notes.js';
import type { Summary } from './statistics.js';

/** Widths of some columns that fit the lines of all parts. */
const leastWidths: Readonly<Record<number, number>> = { 0: 59, 3: 26, 5: 21 };

const header = [
  'what',
  'ours: min · median · p95',
  "the peer's: min · median · p95",
  'peer',
  'ours / peer',
  'our own goal',
  'notes',
];

/** A Markdown table of lines that can be printed in several parts. The header is printed with the first part. */
export class LineTable {
  #widths = header.map((cell, i) => Math.max(cell.length, leastWidths[i] ?? 0));
  #isFirst = true;
  readonly #notes: NoteList;

  /** A table that numbers its notes in `notes`. */
  constructor(notes: NoteList) {
    this.#notes = notes;
  }

  /** Further lines of the table as text. */
  next(lines: readonly Line[]): string {
    const rows = lines.map(line => [
      line.what,
      cellOf(line.ours),
      cellOf(line.peers),
      line.peer,
      line.ratio.toFixed(2),
      goalOf(line),
      this.#notes.numbersOf(line.notes),
    ]);
    for (const row of rows) this.#widths = row.map((cell, i) => Math.max(cell.length, this.#widths[i]!));
    const rule = this.#widths.map(width => '-'.repeat(width));
    const printed = this.#isFirst ? [header, rule, ...rows] : rows;
    this.#isFirst = false;
    return printed.map(row => `| ${row.map((cell, i) => cell.padEnd(this.#widths[i]!)).join(' | ')} |`).join('\n');
  }
}

/** The three numbers of a summary; one number of a single measurement. */
function cellOf({ min, median, p95, count }: Summary): string {
  return (count === 1 ? [median] : [min, median, p95]).map(digits).join(' · ');
}

function goalOf({ ratio, goal }: Line): string {
  if (goal === undefined) return '';
  return `at most ${Number(goal.toFixed(3))}${ratio <= goal ? '' : ': missed'}`;
}

/** A number with three digits; from 100 on, a whole number. */
export function digits(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value.toPrecision(3);
}
