import type { GenerateOptions } from '@residual/model';
import { type Command, Option } from 'commander';
import { readJson, readText } from '../text/files.js';
import { inputFile } from './option-values.js';

/** What a text obeys. */
export interface GrammarFlags {
  readonly schema?: string;
  readonly regex?: string;
  readonly grammar?: string;
}

/** Adds `--schema`, `--regex` and `--grammar`, of which at most one is given; `what` is what obeys. */
export function addGrammarOptions(command: Command, what: string): Command {
  return command
    .addOption(
      new Option('--schema <file>', `a file with a JSON Schema that ${what} obeys`)
        .argParser(inputFile)
        .conflicts(['regex', 'grammar']),
    )
    .addOption(
      new Option('--regex <text>', `a regular expression that ${what} matches as a whole`).conflicts('grammar'),
    )
    .option('--grammar <file>', `a file with a grammar that ${what} obeys, in the notation of GBNF`, inputFile);
}

/** The options of `model.generate` for the grammar that is given, if any. Errors name the command and the file. */
export async function grammarOf(
  command: string,
  { schema, regex, grammar }: GrammarFlags,
): Promise<Pick<GenerateOptions, 'schema' | 'regex' | 'grammar'>> {
  if (schema !== undefined) return { schema: (await readJson(command, schema)) as object };
  if (grammar !== undefined) return { grammar: await readText(command, grammar) };
  return regex === undefined ? {} : { regex };
}
