import type { Model } from '@residual/model';
import { type InspectInput, predictingIds } from './prompts.js';
import { tokenHeading } from './tokens.js';

/** `layer 0`, `layer 1`, ... */
export function layerLabels(count: number): string[] {
  return Array.from({ length: count }, (_, layer) => `layer ${layer}`);
}

/** `head 0`, `head 1`, ... for numbers as [layer][head]. */
export function headLabels(values: readonly (readonly number[])[]): string[] {
  return Array.from({ length: Math.max(0, ...values.map(({ length }) => length)) }, (_, head) => `head ${head}`);
}

/** The tokens of an input by position; of two inputs one where they are equal, else `clean/corrupt`. */
export function positionLabels(model: Model, clean: InspectInput, corrupt: InspectInput = clean): string[] {
  const others = predictingIds(corrupt);
  return predictingIds(clean).map((id, position) => {
    const other = others[position]!;
    return id === other ? tokenHeading(model, id) : `${tokenHeading(model, id)}/${tokenHeading(model, other)}`;
  });
}
