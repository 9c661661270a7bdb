import { ResidualError } from '@residual/base';
import { preview } from '../terminal/format.js';
import { isObject, parseJson, readText } from '../text/files.js';

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

const command = 'evaluate translation';

/**
 * Reads sentences with references from JSON lines, `{"en": "...", "fr": ["...", ...]}`; empty lines are skipped. Errors
 * name the line and what does not fit.
 */
export async function readPairs(file: string, fields: PairFields): Promise<readonly Pair[]> {
  const lines = (await readText(command, file)).split('\n');
  const pairs = lines.flatMap((line, i) =>
    line.trim() === '' ? [] : [pairOf(line, `${file}, line ${i + 1}`, fields)],
  );
  return pairs.length > 0 ? pairs : refuse(`${file} has no line`);
}

function pairOf(line: string, where: string, { from, to }: PairFields): Pair {
  const entry = parseJson(command, line, where);
  if (!isObject(entry)) return refuse(`${where} must be an object, it is ${preview(entry)}`);
  const { [from]: source, [to]: value } = entry;
  if (typeof source !== 'string') return refuse(`${where}: "${from}" must be a text, it is ${preview(source)}`);
  const references = [value].flat();
  if (!areTexts(references)) {
    return refuse(`${where}: "${to}" must be a text or a list of texts, it is ${preview(value)}`);
  }
  if (references.every(each => each === '')) refuse(`${where}: "${to}" has no text that is not empty`);
  return { source, references };
}

function areTexts(values: readonly unknown[]): values is string[] {
  return values.every(each => typeof each === 'string');
}

function refuse(what: string): never {
  throw new ResidualError('references', `${command}: ${what}`);
}
