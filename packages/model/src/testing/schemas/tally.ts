import type { Outcome } from './answers.js';

/** Counts what became of schemas. */
export class Tally {
  private readonly counts = new Map<string, Record<Outcome['kind'], number>>();
  private readonly reasons = new Map<string, number>();
  private readonly wrong: string[] = [];

  /** Whether an answer ended and was not valid. */
  get hasWrong(): boolean {
    return this.wrong.length > 0;
  }

  add(tokenizer: string, schema: unknown, outcome: Outcome): void {
    const counts = this.counts.get(tokenizer) ?? { refused: 0, cut: 0, valid: 0, wrong: 0, unjudged: 0 };
    this.counts.set(tokenizer, counts);
    counts[outcome.kind]++;
    if (outcome.kind === 'wrong') this.wrong.push(`${outcome.text} is no answer to ${JSON.stringify(schema)}`);
    if (outcome.kind !== 'refused') return;
    const reason = reasonOf(outcome.reason);
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
  }

  /** The counts and the reasons as tables in Markdown, then the answers that are not valid. */
  toString(): string {
    const rows = [...this.counts].map(([tokenizer, { refused, cut, valid, wrong, unjudged }]) =>
      row([tokenizer, refused + cut + valid + wrong + unjudged, refused, cut, unjudged, valid + wrong, valid]),
    );
    const reasons = [...this.reasons].sort(([, a], [, b]) => b - a).map(([reason, count]) => row([reason, count]));
    return [
      '| tokenizer | schemas | refused | answers cut | ended, ajv refuses the schema | ended and judged | valid |',
      '|---|---|---|---|---|---|---|',
      ...rows,
      ...(reasons.length > 0 ? ['', '| refused because | schemas |', '|---|---|', ...reasons] : []),
      ...(this.hasWrong ? ['', ...this.wrong] : []),
    ].join('\n');
  }
}

const row = (cells: readonly (string | number)[]) => `| ${cells.map(cellText).join(' | ')} |`;

const cellText = (cell: string | number) =>
  typeof cell === 'number' ? cell.toLocaleString('en') : cell.replaceAll('|', '\\|');

/** A message without what differs from schema to schema: paths, values and counts. */
const reasonOf = (message: string) =>
  message
    .replace(/^grammar: schema: #.*?:? (?=(?:is|cannot|refers|has|needs|counts|and|one|all|\d+ alternatives) )/, '')
    .replace(/: #.* allows none$/, '')
    .replace(/"(?:[^"\\]|\\.)*"/g, '"..."')
    .replace(/\d{2,}/g, 'N');
