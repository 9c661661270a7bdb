import { failFile } from '../errors.js';
import { linearSearch } from './linear/linear-search.js';
import { parseRegex } from './linear/parse.js';
import { compile } from './linear/program.js';
import { translateRegex } from './translate.js';

/** Enough for names and words. Time grows with the number of states and the length. */
const maxStates = 500;

/**
 * Compiles a regular expression of an untrusted file, in Oniguruma's syntax, to a test of whole texts that always takes
 * linear time. It is an error that starts with `where` if the expression cannot be read, has back references, atomic
 * groups or lookbehinds that are not linear, or more than 500 states.
 */
export function fullMatch(source: string, where: string): (text: string) => boolean {
  translateRegex(source, where); // by itself, so that its brackets cannot close the group around it
  const regex = translateRegex(`\\A(?:${source})\\z`, where);
  const parsed = parseRegex(regex);
  const program = parsed?.isLinear ? compile(parsed.node, true, maxStates) : undefined;
  if (!program) return failFile(`${where}: the regular expression ${source} is too large, or not linear`);
  const search = linearSearch(program, regex);
  return text => search(text)(0) !== undefined;
}
