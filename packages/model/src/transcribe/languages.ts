import { ResidualError } from '@residual/tensor';
import type { SpeechTokens } from './speech-tokens.js';

/** Names of languages that `Intl` knows under another one. */
const otherNames: Readonly<Record<string, string>> = {
  burmese: 'my',
  valencian: 'ca',
  flemish: 'nl',
  haitian: 'ht',
  letzeburgesch: 'lb',
  pushto: 'ps',
  panjabi: 'pa',
  moldavian: 'ro',
  moldovan: 'ro',
  sinhalese: 'si',
  castilian: 'es',
  mandarin: 'zh',
};

/**
 * The code of a language that the model knows, from a code (`de`), a token (`<|de|>`) or an English name (`german`).
 * Errors if it does not know the language, with those that it knows.
 */
export function languageCode({ languages }: SpeechTokens, language: string): string {
  const name = language.toLowerCase().replace(/^<\|(.*)\|>$/, '$1');
  const code = languages.has(name)
    ? name
    : (otherNames[name] ?? [...languages.keys()].find(each => nameOf(each) === name));
  if (code !== undefined && languages.has(code)) return code;
  throw new ResidualError(
    'option',
    `transcribe: language is ${JSON.stringify(language)}; this model knows ${[...languages.keys()].join(', ')}`,
  );
}

/** The English name of a language in lower case. */
function nameOf(code: string): string | undefined {
  try {
    return new Intl.DisplayNames('en', { type: 'language' }).of(code)?.toLowerCase();
  } catch {
    return undefined; // no code of a language
  }
}

/** Whether texts of a language have no spaces between words. */
export function hasNoSpaces(code: string | undefined): boolean {
  return code !== undefined && ['zh', 'ja', 'th', 'lo', 'my', 'yue'].includes(code);
}
