import { ResidualError } from '@residual/base';
import type { Model } from '@residual/model';

/**
 * The positions of the tokens that a text within a prompt consists of, for each of its occurrences. Errors name the
 * option; without a tokenizer, and if the prompt does not contain the text.
 */
export function positionsOfText(model: Model, option: string, prompt: string | undefined, text: string): number[][] {
  const refuse = (why: string) => {
    throw new ResidualError('option', `inspect: ${option} is ${JSON.stringify(text)}; ${why}`);
  };
  if (prompt === undefined || !model.tokenizer) return refuse('it needs a text with --prompt, and a tokenizer');
  const needle = text.trim();
  if (needle === '') return refuse('it must be a part of the prompt');
  const { offsets } = model.tokenizer.encode(prompt);
  const found: number[][] = [];
  for (let start = prompt.indexOf(needle); start >= 0; start = prompt.indexOf(needle, start + needle.length)) {
    const end = start + needle.length;
    found.push([...offsets.keys()].filter(i => offsets[i]![0] < end && offsets[i]![1] > start));
  }
  return found.length > 0 ? found : refuse(`the prompt ${JSON.stringify(prompt)} does not contain it`);
}
