import type { ComponentReader } from '../formats/json/components.js';
import { scanGpt2 } from './known-patterns.js';
import type { PreTokenizer, Stage } from './pre-tokenizer.js';

/** Splits with the pattern of GPT-2 (unless `use_regex` is false) and treats the pre-tokens as bytes. */
export const byteLevel: ComponentReader<PreTokenizer> = fields => {
  const stage: Stage = { asBytes: true };
  const addSpace = fields.boolean('add_prefix_space', true);
  const useRegex = fields.boolean('use_regex', true);
  return [
    {
      ...stage,
      ...(addSpace && { rewrite: preToken => preToken.text.startsWith(' ') || preToken.prepend(' ') }),
      ...(useRegex && { scan: scanGpt2 }),
    } satisfies Stage,
  ];
};
