import { ResidualError } from '@residual/tensor';
import type { Model } from '../model.js';
import type { Golden } from './golden.js';

/** The inputs of the reference: ids of rows of equal length, and the padding before each. */
export interface Inputs {
  readonly ids: readonly (readonly number[])[];
  /** The padding that a pass over the rows hides. */
  readonly padding: readonly number[];
  /**
   * The prompts of the continuations: the rows without padding. Without a mask, padding tokens are removed too, as the
   * reference infers a mask from them.
   */
  readonly prompts: readonly (readonly number[])[];
}

/** Reads `input_ids` and `attention_mask`, [batch, length] each. Throws if they do not fit each other or the model. */
export async function inputsOf(golden: Golden, model: Model): Promise<Inputs> {
  if (!golden.shapeOf('input_ids'))
    failInputs(`golden.safetensors has no input_ids; it holds ${golden.names.join(', ')}`);
  const ids = await golden.rows('input_ids');
  expectIds('input_ids', ids, model, model.vocab);
  if (!golden.shapeOf('attention_mask')) {
    const prompts = ids.map((row, i) => withoutPadding(row, i, paddingToken(model)));
    return { ids, padding: ids.map(() => 0), prompts };
  }
  const mask = await attentionMaskOf(golden, ids);
  const padding = mask.map((row, i) => leftPaddingOf(row, i));
  return { ids, padding, prompts: ids.map((row, i) => row.slice(padding[i])) };
}

/** Throws an error about the golden files. */
export function failInputs(why: string): never {
  throw new ResidualError('parity', `parity: ${why}`);
}

/** Throws unless rows hold ids of the vocabulary, no more than the model has positions for. */
export function expectIds(
  name: string,
  rows: readonly (readonly number[])[],
  { maxPositions, openEnded }: Pick<Model, 'maxPositions' | 'openEnded'>,
  vocab: number,
): void {
  const length = rows[0]?.length ?? 0;
  if (length === 0) failInputs(`${name} is [${rows.length}, ${length}]; it must hold tokens`);
  if (length > maxPositions && !openEnded)
    failInputs(`${name} of ${length} tokens are more than the ${maxPositions} positions this model has`);
  for (const [row, tokens] of rows.entries()) {
    const index = tokens.findIndex(id => !(Number.isInteger(id) && id >= 0 && id < vocab));
    if (index >= 0)
      failInputs(`${name} has ${tokens[index]} at [${row}, ${index}], outside the vocabulary of ${vocab}`);
  }
}

/** The mask of the golden files, all ones if there is none. Throws if its shape differs from that of the ids. */
export async function attentionMaskOf(
  golden: Golden,
  ids: readonly (readonly number[])[],
): Promise<readonly (readonly number[])[]> {
  if (!golden.shapeOf('attention_mask')) return ids.map(row => row.map(() => 1));
  const [mask, length] = [await golden.rows('attention_mask'), ids[0]!.length];
  if (mask.length === ids.length && mask[0]!.length === length) return mask;
  return failInputs(
    `attention_mask is [${mask.length}, ${mask[0]?.length ?? 0}], input_ids [${ids.length}, ${length}]; ` +
      'they must be equal',
  );
}

/** How many positions a mask hides at the start of a row. Throws if it hides others too. */
function leftPaddingOf(mask: readonly number[], row: number): number {
  const start = mask.findIndex(value => value !== 0);
  if (start < 0) failInputs(`attention_mask hides all of row ${row}`);
  const hole = mask.findIndex((value, i) => i > start && value === 0);
  if (hole >= 0)
    failInputs(
      `attention_mask hides [${row}, ${hole}] but not [${row}, ${start}]; only padding on the left is compared`,
    );
  return start;
}

/** A row without its padding tokens, which the reference hides from every key and does not count as positions. */
function withoutPadding(row: readonly number[], i: number, pad: number | undefined): readonly number[] {
  if (row.at(-1) === pad)
    failInputs(`input_ids ends row ${i} with the padding token ${pad} and there is no attention_mask`);
  return row.filter(id => id !== pad);
}

/** The id of the padding token, if a config names it. */
export function paddingToken({ generationConfig, config }: Model): number | undefined {
  const pad = generationConfig.pad_token_id ?? config.pad_token_id;
  return typeof pad === 'number' ? pad : undefined;
}
