import { failFile } from '../errors.js';
import { linearSearch } from './linear/linear-search.js';
import { parseRegex } from './linear/parse.js';
import { compile } from './linear/program.js';
import { translateRegex } from './translate.js';

/** Enough for names and words; time grows with states and length. */
const maxStates = 500;

/**
 * Whether a whole text is what a regular expression of an untrusted file matches, in the syntax of tokenizers
 * (Oniguruma's) and always in time linear in the text. An expression that cannot be read, refers back, gives nothing
 * back or has more than 500 states is an error that begins with `where`.
 */
export function fullMatch(source: string, where: string): (text: string) => boolean {
  translateRegex(source, where); // alone, so that no bracket of it closes what is put around
  const regex = translateRegex(`\\A(?:${source})\\z`, where);
  const parsed = parseRegex(regex);
  const program = parsed?.isLinear ? compile(parsed.node, true, maxStates) : undefined;
  if (!program) return failFile(`${where}: the regular expression ${source} is too large, or not linear`);
  const search = linearSearch(program, regex);
  return text => search(text)(0) !== undefined;
}
