import { expectValue } from '@residual/base';
import { analyse, inOrder } from './analysis.js';
import { Automaton, dead, start } from './automaton.js';
import { resetEffort } from './dfa/effort.js';
import { parseEbnf } from './ebnf/parse.js';
import { grammarError } from './errors.js';
import { schemaNode } from './json-schema/index.js';
import type { Whitespace } from './json-schema/whitespace.js';
import type { Node } from './node.js';
import { parsePattern } from './regex/parse.js';
import { patternNode } from './regex/to-node.js';

/** What a text must obey, as plain data: exactly one of `schema`, `regex` and `grammar`. */
export interface GrammarOptions {
  /** A JSON Schema (draft 2020-12): the text is JSON that obeys it. */
  readonly schema?: unknown;
  /** White space in the JSON of a schema; default `spaced`: one space after each comma and colon. */
  readonly whitespace?: Whitespace | undefined;
  /** A regular expression of ECMAScript, with the flag u; the whole text matches it. */
  readonly regex?: string | undefined;
  /** Rules in the notation of GBNF; the text obeys the rule `root`. */
  readonly grammar?: string | undefined;
}

/** The texts that obey a schema, a regular expression or a grammar. */
export interface Grammar {
  /** The part that whole texts obey. */
  readonly root: Node;
  /** Whether a text obeys. */
  accepts(text: string): boolean;
}

const whitespaces: readonly unknown[] = ['compact', 'spaced', 'any'];

/**
 * Compiles a schema, a regular expression or a grammar. Throws, with code `option`, for what is not understood, by its
 * path, position or line; with code `grammar` if no text obeys.
 */
export function compileGrammar(options: GrammarOptions): Grammar {
  const { whitespace = 'spaced', regex, grammar } = options;
  const given = (['schema', 'regex', 'grammar'] as const).filter(name => options[name] !== undefined);
  if (given.length !== 1)
    throw grammarError(
      'option',
      `${given.join(' and ') || 'nothing'} is given; exactly one of schema, regex and grammar`,
    );
  expectValue(whitespaces.includes(whitespace), 'grammar', 'whitespace', whitespace, "'compact', 'spaced' or 'any'");
  if (options.whitespace !== undefined && options.schema === undefined)
    throw grammarError('option', 'whitespace is an option of a schema; none is given');
  for (const name of ['regex', 'grammar'] as const)
    if (options[name] !== undefined)
      expectValue(typeof options[name] === 'string', 'grammar', name, options[name], 'a text');
  resetEffort();
  let root: Node;
  let emptyError = () => grammarError('grammar', `no text obeys the ${given[0]}`);
  if (regex !== undefined) root = patternNode(parsePattern(regex, 'regex', { isWhole: true }), 'regex');
  else if (grammar !== undefined) root = parseEbnf(grammar);
  else ({ root, emptyError } = schemaNode(options.schema, whitespace));
  const analysis = analyse(root);
  if (!analysis.productive.has(root)) throw emptyError();
  inOrder(analysis);
  let automaton: Automaton | undefined;
  return {
    root,
    accepts(text) {
      automaton ??= new Automaton(root, new Uint8Array(256).fill(1));
      const state = automaton.read(start, new TextEncoder().encode(text));
      return state !== dead && automaton.isComplete(state);
    },
  };
}
