import { type Normalizer, normalizeText } from '../normalizers/normalizer.js';
import { type PreTokens, runPreTokenizer } from '../pre-tokenizers/run-pre-tokenizer.js';
import { NormalizedString } from '../text/normalized-string.js';
import { toWellFormed } from '../text/unicode.js';
import type { Tokenizer } from '../tokenizer.js';

/** The pre-tokens that the model of a tokenizer encodes one by one. Added tokens in the text are not found. */
export function preTokensOf({ parts }: Tokenizer, text: string): PreTokens {
  const whole = new NormalizedString(normalized(toWellFormed(text), parts.normalizer), false);
  return runPreTokenizer(parts.preTokenizer, whole, parts.model.acceptsBytes);
}

const normalized = (text: string, normalizer: Normalizer | undefined) =>
  normalizer ? normalizeText(text, normalizer) : text;
