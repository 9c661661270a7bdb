import { basename } from 'node:path';
import type { Check, ParityReport } from '@residual/model/parity';
import type { FormName } from '../runtime/model.js';
import { columns } from '../terminal/format.js';

/** What is compared: our outputs, with weights in a form, with the references or with the same weights unpacked. */
export interface ComparisonOptions {
  readonly wantsDump: boolean;
  readonly weights: FormName | undefined;
  readonly unpacked: boolean;
}

/** The result of a comparison, with our outputs as the bytes of a safetensors file if a dump was requested. */
export interface ComparisonReport extends Omit<ParityReport, 'outputs'> {
  readonly dump?: Uint8Array | undefined;
}

/** A report with the folder that was compared. */
export type FolderReport = ComparisonReport & { readonly folder: string };

/** All reports as plain data; the names of several folders are in front of the names of tensors. */
export function reportsAsJson(reports: readonly FolderReport[], pass: boolean): object {
  const several = reports.length > 1;
  const named = (folder: string, name: string) => (several ? `${folder}: ${name}` : name);
  return {
    pass,
    checks: reports.flatMap(({ folder, checks }) =>
      checks.map(({ name, maxAbsolute, maxRelative, tolerance, pass: agrees, note }) => ({
        name: named(folder, name),
        max_abs: finite(maxAbsolute),
        max_rel: finite(maxRelative),
        tolerance,
        pass: agrees,
        ...(note && { note }),
      })),
    ),
    skipped: reports.flatMap(({ folder, skipped }) =>
      skipped.map(({ name, reason }) => ({ name: named(folder, name), reason })),
    ),
  };
}

/** The report on a checkpoint as a table. */
export function checkpointTable(folder: string, { checks, skipped }: ComparisonReport): string {
  if (checks.length === 0 && skipped.length === 0) return `${folder}\nnothing to compare with: inputs only\n`;
  const rows = checks.map(check => [
    check.name,
    check.maxAbsolute.toExponential(1),
    check.maxRelative.toExponential(1),
    check.tolerance.toExponential(1),
    verdictOf(check, 'DIFFERS'),
  ]);
  const heads = ['name', 'largest difference', 'of the largest entry', 'tolerance', ''];
  const reasons = skipped.map(({ name, reason }) => `${name} (${reason})`);
  return tableOf(folder, [heads, ...rows], checks, reasons);
}

/** The report on a tokenizer as a table. */
export function tokenizerTable(folder: string, checks: readonly (Check & { readonly texts: number })[]): string {
  const rows = checks.map(check => [check.name, `${check.texts}`, verdictOf(check, `DIFFERS in ${check.maxAbsolute}`)]);
  return tableOf(folder, [['name', 'texts', ''], ...rows], checks);
}

/** All reports as one table, a line for each folder, as Markdown has it. */
export function summaryTable(reports: readonly FolderReport[]): string {
  const rows = reports.map(({ folder, checks }) => {
    const logits = checks.filter(({ name }) => /^(\w+_)?logits(_|$)/.test(name));
    const largest = (of: (check: Check) => number) =>
      logits.length === 0 ? '' : Math.max(...logits.map(of)).toExponential(1);
    const agreeing = checks.filter(({ pass }) => pass).length;
    return [
      `\`${basename(folder)}\``,
      `${checks.length}`,
      `${agreeing}`,
      largest(({ maxAbsolute }) => maxAbsolute),
      largest(({ maxRelative }) => maxRelative),
      kindsOf(checks).join(', '),
    ];
  });
  const heads = [
    'checkpoint',
    'compared',
    'agree',
    'logits: largest difference',
    'of the largest entry',
    'what besides',
  ];
  const lines = [heads, heads.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`);
  const all = reports.flatMap(({ checks }) => checks);
  return `${lines.join('\n')}\n\n${all.filter(({ pass }) => pass).length} of ${all.length} agree`;
}

/** What is compared besides logits, hidden states and attention weights. */
function kindsOf(checks: readonly Check[]): string[] {
  const kinds = {
    'cross-attention': /^cross_attentions/,
    greedy: /^greedy/,
    beams: /^beam/,
    gradients: /^grad\./,
    'AdamW steps': /^after\./,
    scores: /^scores$/,
    embeddings: /^mean_pooled/,
  };
  return Object.entries(kinds).flatMap(([kind, name]) => (checks.some(check => name.test(check.name)) ? [kind] : []));
}

function tableOf(
  folder: string,
  rows: readonly (readonly string[])[],
  checks: readonly Check[],
  skipped: readonly string[] = [],
): string {
  const omitted = skipped.length > 0 ? `\nnot compared: ${skipped.join(', ')}` : '';
  const agreeing = checks.filter(({ pass }) => pass).length;
  return `${folder}\n${columns(rows)}${omitted}\n${agreeing} of ${checks.length} agree\n`;
}

function verdictOf({ pass, note }: Check, difference: string): string {
  if (pass) return 'agrees';
  return note ? `${difference}: ${note}` : difference;
}

/** JSON has no infinity. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
