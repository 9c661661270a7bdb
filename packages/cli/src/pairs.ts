import { readFile } from 'node:fs/promises';
import { ResidualError } from '@residual/base';

/** A sentence and its reference translations. */
export interface Pair {
  readonly source: string;
  readonly references: readonly string[];
}

/** The names of the fields that hold the source and the references. */
export interface PairFields {
  readonly from: string;
  readonly to: string;
}

/**
 * Reads sentences with references from JSON lines, `{"en": "...", "fr": ["...", ...]}`; empty lines are skipped. Errors
 * name the line and what does not fit.
 */
export async function pairsIn(file: string, fields: PairFields): Promise<readonly Pair[]> {
  const text = await readFile(file, 'utf8').catch(error => refuse(`${file} cannot be read: ${error.message}`));
  const lines = text.replace(/^\ufeff/, '').split('\n');
  const pairs = lines.flatMap((line, i) =>
    line.trim() === '' ? [] : [pairOf(line, `${file}, line ${i + 1}`, fields)],
  );
  return pairs.length > 0 ? pairs : refuse(`${file} has no line`);
}

function pairOf(line: string, where: string, { from, to }: PairFields): Pair {
  const { [from]: source, [to]: value } = objectOf(line, where);
  if (typeof source !== 'string') refuse(`${where}: "${from}" must be a text, it is ${preview(source)}`);
  const references = [value].flat();
  if (!areTexts(references)) refuse(`${where}: "${to}" must be a text or a list of texts, it is ${preview(value)}`);
  if (references.every(each => each === '')) refuse(`${where}: "${to}" has no text that is not empty`);
  return { source, references };
}

function areTexts(values: readonly unknown[]): values is string[] {
  return values.every(each => typeof each === 'string');
}

function objectOf(line: string, where: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    refuse(`${where} is not JSON: ${(error as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return refuse(`${where} must be an object, it is ${preview(value)}`);
}

function preview(value: unknown): string {
  const text = JSON.stringify(value) ?? 'not there';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function refuse(what: string): never {
  throw new ResidualError('references', `evaluate translation: ${what}`);
}
