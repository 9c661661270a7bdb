import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ResidualError } from '@residual/base';
import type { Check } from '@residual/model/parity';
import type { Encoding, Tokenizer } from '@residual/tokenizer';
import { preview } from '../terminal/format.js';
import { isObject, readJson } from '../text/files.js';
import { readTokenizer } from './source.js';

/** The reference's output for a text, with or without special tokens. */
interface Reference {
  readonly ids: readonly number[];
  readonly [name: string]: unknown;
}

/** The `golden.json` of a tokenizer. */
interface Golden {
  readonly cases?: readonly { readonly text: string; readonly with_special?: Reference; readonly plain?: Reference }[];
  readonly pairs?: readonly ({ readonly a: string; readonly b: string } & Record<string, unknown>)[];
  readonly truncate16_pad24?: readonly Record<string, unknown>[];
}

/**
 * The path of a tokenizer's references: `golden`, or the `golden.json` of a folder without a checkpoint; else
 * undefined.
 */
export async function tokenizerGolden(folder: string, golden?: string): Promise<string | undefined> {
  if (golden !== undefined) return golden;
  const path = join(folder, 'golden.json');
  const isModel = ['config.json', 'golden.safetensors'].some(name => existsSync(join(folder, name)));
  return !isModel && existsSync(path) && 'cases' in (await readGolden(path)) ? path : undefined;
}

/** The comparison of one property over all texts. */
export interface TokenizerCheck extends Check {
  readonly texts: number;
}

/** The result of comparing a tokenizer; `maxAbsolute` of a check is the number of texts that differ. */
export interface TokenizerReport {
  readonly pass: boolean;
  readonly checks: readonly TokenizerCheck[];
}

/** Compares a tokenizer with its references: all properties of all texts, pairs, and truncation with padding. */
export async function tokenizerParity(folder: string, golden: string): Promise<TokenizerReport> {
  const { cases, pairs, truncate16_pad24: windows, ...rest } = await readGolden(golden);
  if (!Array.isArray(cases) || cases.length === 0) {
    throw new ResidualError('parity', `parity: ${golden} holds no cases of a tokenizer`);
  }
  const tokenizer = await readTokenizer('parity', folder);
  const tally = new Tally();
  for (const [index, entry] of cases.entries()) {
    if (!isCase(entry)) {
      throw new ResidualError('parity', `parity: cases[${index}] of ${golden} must be {"text": "...", "plain": {...}}`);
    }
    const { text, ...references } = entry;
    for (const [kind, reference] of Object.entries(references)) {
      const ours = propertiesOf(tokenizer, text, kind !== 'plain');
      tally.compare(kind, text, ours, kinds.includes(kind) ? (reference as Reference) : { [kind]: reference });
    }
  }
  for (const { a, b, ...reference } of pairs ?? []) {
    tally.compare('pairs', `${a} | ${b}`, encodingProperties(tokenizer.encode(a, { pair: b })), reference);
  }
  for (const [index, reference] of (windows ?? []).entries()) {
    const text = cases[index]?.text ?? '';
    tally.compare('truncate16_pad24', text, windowOf(tokenizer, text), reference);
  }
  for (const name of Object.keys(rest)) if (!notes.includes(name)) tally.compare('golden', '', {}, { [name]: null });
  const checks = tally.checks();
  return { pass: checks.length > 0 && checks.every(({ pass }) => pass), checks };
}

const isCase = (entry: unknown): entry is { readonly text: string; readonly [kind: string]: unknown } =>
  isObject(entry) && typeof entry.text === 'string' && kinds.every(kind => !(kind in entry) || isObject(entry[kind]));

const kinds = ['with_special', 'plain'];
/** Fields of a golden.json that describe the file. */
const notes = ['library', 'source', 'notes'];

function propertiesOf(tokenizer: Tokenizer, text: string, addSpecialTokens: boolean): Record<string, unknown> {
  const encoding = tokenizer.encode(text, { addSpecialTokens, truncation: null, padding: null });
  return {
    ...encodingProperties(encoding),
    decoded: tokenizer.decode(encoding.ids),
    decoded_with_special: tokenizer.decode(encoding.ids, { skipSpecialTokens: false }),
  };
}

const encodingProperties = (encoding: Encoding): Record<string, unknown> => ({
  ids: encoding.ids,
  tokens: encoding.tokens,
  offsets_codepoints: encoding.codePointOffsets,
  special_tokens_mask: encoding.specialTokensMask,
  attention_mask: encoding.attentionMask,
  type_ids: encoding.typeIds,
  word_ids: encoding.wordIds,
});

/** Truncated to 16 tokens with a stride of 2 and padded to 24, with the overflowing windows. */
function windowOf(tokenizer: Tokenizer, text: string): Record<string, unknown> {
  const encoding = tokenizer.encode(text, {
    truncation: { maxLength: 16, stride: 2, stopEarly: true },
    padding: { length: 24, id: 0 },
  });
  return { ...encodingProperties(encoding), overflowing: encoding.overflowing.map(({ ids }) => ids) };
}

/** Counts for each property the texts in which it differs, with the first of them as an example. */
class Tally {
  readonly #counts = new Map<string, { texts: number; differ: number; note: string }>();

  compare(kind: string, text: string, ours: Record<string, unknown>, reference: Record<string, unknown>): void {
    for (const [property, expected] of Object.entries(reference)) {
      const name = `${kind}.${property}`;
      const count = this.#counts.get(name) ?? { texts: 0, differ: 0, note: '' };
      this.#counts.set(name, count);
      count.texts++;
      const isKnown = Object.hasOwn(ours, property);
      if (isKnown && JSON.stringify(ours[property]) === JSON.stringify(expected)) continue;
      count.differ++;
      count.note ||= isKnown
        ? `${preview(text)} gives ${preview(ours[property])}, the reference ${preview(expected)}`
        : 'this version computes nothing of that name';
    }
  }

  checks(): TokenizerCheck[] {
    return [...this.#counts].map(([name, { texts, differ, note }]) => ({
      name,
      texts,
      maxAbsolute: differ,
      maxRelative: differ / texts,
      tolerance: 0,
      pass: differ === 0,
      ...(note && { note }),
    }));
  }
}

async function readGolden(path: string): Promise<Golden & Record<string, unknown>> {
  const value = await readJson('parity', path);
  if (isObject(value)) return value;
  throw new ResidualError('parity', `parity: ${path} is not an object`);
}
