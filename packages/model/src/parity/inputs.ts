import { ResidualError } from '@residual/tensor';
import type { Model } from '../model.js';
import type { Golden } from './golden.js';

/** What the reference was given: ids of equally long rows, and how many places of padding stand before each. */
export interface Inputs {
  readonly ids: readonly (readonly number[])[];
  /** Padding that a pass over the rows hides. */
  readonly padding: readonly number[];
  /** Padding that continuations leave out: the same, or without a mask the padding tokens that rows begin with, as the reference takes them. */
  readonly before: readonly number[];
}

/** Reads `input_ids` and `attention_mask`, [batch, length] each. Errors when they do not fit each other or the model. */
export async function inputsOf(golden: Golden, model: Model): Promise<Inputs> {
  if (!golden.shapeOf('input_ids')) {
    throw new ResidualError(
      'parity',
      `parity: golden.safetensors has no input_ids; it holds ${golden.names.join(', ')}`,
    );
  }
  const ids = await golden.rows('input_ids');
  const unfit = (why: string): never => {
    throw new ResidualError('parity', `parity: ${why}`);
  };
  const length = ids[0]?.length ?? 0;
  if (length === 0) unfit(`input_ids is [${ids.length}, ${length}]; it must hold tokens`);
  if (length > model.positions && !model.openEnded)
    unfit(`input_ids of ${length} tokens are more than the ${model.positions} positions this model has`);
  for (const [row, tokens] of ids.entries()) {
    const at = tokens.findIndex(id => !(Number.isInteger(id) && id >= 0 && id < model.vocab));
    if (at >= 0) unfit(`input_ids has ${tokens[at]} at [${row}, ${at}], outside the vocabulary of ${model.vocab}`);
  }
  if (!golden.shapeOf('attention_mask')) {
    return { ids, padding: ids.map(() => 0), before: ids.map((row, i) => leading(row, i, paddingToken(model), unfit)) };
  }
  const mask = await golden.rows('attention_mask');
  if (mask.length !== ids.length || mask[0]!.length !== length)
    unfit(
      `attention_mask is [${mask.length}, ${mask[0]?.length ?? 0}], input_ids [${ids.length}, ${length}]; they must be equal`,
    );
  const padding = mask.map((row, i) => leftOf(row, i, unfit));
  return { ids, padding, before: padding };
}

/** How many places a mask hides before a row; it may hide none after. */
function leftOf(mask: readonly number[], row: number, unfit: (why: string) => never): number {
  const start = mask.findIndex(seen => seen !== 0);
  if (start < 0) unfit(`attention_mask hides all of row ${row}`);
  const hole = mask.findIndex((seen, i) => i > start && seen === 0);
  if (hole >= 0)
    unfit(`attention_mask hides [${row}, ${hole}] but not [${row}, ${start}]; only padding on the left is compared`);
  return start;
}

/** How many padding tokens a row begins with; the reference would hide those that come later too, so they are refused. */
function leading(row: readonly number[], i: number, pad: number | undefined, unfit: (why: string) => never): number {
  if (pad === undefined) return 0;
  const start = row.findIndex(id => id !== pad);
  const later = row.indexOf(pad, Math.max(start, 0));
  if (start < 0 || later >= 0)
    unfit(
      `input_ids has the padding token ${pad} at [${i}, ${Math.max(later, 0)}] and there is no attention_mask; add one`,
    );
  return start;
}

function paddingToken({ generationConfig, config }: Model): number | undefined {
  const pad = generationConfig.pad_token_id ?? config.pad_token_id;
  return typeof pad === 'number' ? pad : undefined;
}
