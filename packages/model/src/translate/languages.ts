import { ResidualError } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';

/** The tokens that name a language: `fr_XX` (mBART), `fra_Latn` (NLLB), `__fr__` (M2M-100), `>>fra<<` (Marian). */
const forms = /^(?:([a-z]{2,3})_(?:[A-Z]{2}|[A-Z][a-z]{3})|__([a-z]{2,3})__|>>([A-Za-z_]+)<<)$/;

/**
 * The token of a language, given whole or as its code, such as `fr`; `option` is the name of the option. Throws if none
 * or several tokens match, and lists them.
 */
export function languageToken(option: string, tokenizer: Tokenizer, language: string): number {
  const languages = languagesOf(tokenizer);
  const exact = languages.filter(({ token }) => token === language);
  const matches = exact.length > 0 ? exact : languages.filter(({ code }) => code === language);
  if (matches.length === 1) return matches[0]!.id;
  const names = (matches.length > 1 ? matches : languages).map(({ token }) => token).join(', ');
  const reason = matches.length > 1 ? `it could be ${names}` : `the vocabulary names ${names || 'no language'}`;
  throw new ResidualError('option', `translate: ${option} '${language}' is not one token: ${reason}`);
}

/** Whether a token names a language. */
export const isLanguage = (token: string | undefined): boolean => token !== undefined && forms.test(token);

/**
 * Whether the target language token precedes the source, as in Marian's multilingual models; elsewhere it starts the
 * target.
 */
export const isNamedBySource = (token: string | undefined): boolean => token?.startsWith('>>') ?? false;

function languagesOf(tokenizer: Tokenizer): { id: number; token: string; code: string }[] {
  return Array.from({ length: tokenizer.vocabSize }, (_, id) => {
    const token = tokenizer.idToToken(id) ?? '';
    const parts = forms.exec(token);
    return parts ? [{ id, token, code: (parts[1] ?? parts[2] ?? parts[3])! }] : [];
  }).flat();
}
