import { expectInteger } from '@residual/base';
import { ResidualError, showValue } from '@residual/tensor';
import type { Sequences } from '../sequences.js';
import type { DecodeModel } from './decode-model.js';
import type { GenerateOptions } from './options.js';

/** The first tokens draw much attention whatever they are; without them texts fall apart (Xiao et al. 2023). */
const defaultKeep = 4;

/**
 * How many first tokens a call keeps where it drops the oldest ones of a full context. Throws if the model or other
 * options do not allow it.
 */
export function contextKeepOf(
  { contextOverflow, contextKeep }: GenerateOptions,
  model: Pick<DecodeModel, 'maxPositions' | 'openEnded' | 'isRecurrent' | 'unscaledLength'>,
  { maxLength, prompts }: { readonly maxLength: number; readonly prompts: Sequences },
): number {
  const refuse = (reason: string): never => {
    throw new ResidualError('option', `generate: ${reason}`);
  };
  if (contextOverflow === undefined) return refuse("contextKeep has no effect without contextOverflow 'shift'");
  if (contextOverflow !== 'shift') return refuse(`contextOverflow is ${showValue(contextOverflow)}; it can be 'shift'`);
  const needs = "contextOverflow 'shift' needs";
  if (!model.openEnded)
    return refuse(`${needs} positions that are computed; this model has ${model.maxPositions} learned ones`);
  if (model.isRecurrent) return refuse(`${needs} a model without recurrent layers, whose states cannot drop a token`);
  if (maxLength > model.unscaledLength)
    return refuse(
      `${needs} keys that do not depend on the length of the text; here they do beyond ${model.unscaledLength} ` +
        `tokens, and maxLength is ${maxLength}`,
    );
  const lengths = prompts.map(({ length }) => length);
  const padding = Math.max(...lengths) - Math.min(...lengths); // before the shortest; it stays, too
  const most = maxLength - 2 - padding;
  if (most < 0)
    return refuse(
      `${needs} prompts whose lengths differ by ${maxLength - 2} at most where maxLength is ${maxLength}; these ` +
        `differ by ${padding}`,
    );
  const keep = contextKeep ?? Math.min(defaultKeep, most);
  expectInteger('generate', 'contextKeep', keep, { max: most });
  return keep;
}
