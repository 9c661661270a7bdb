import { type Command, Option } from 'commander';
import { nodeBackends } from '../machine/backends.js';
import { type DocumentSplit, documentSplits } from '../text/documents.js';

/** Adds the option `--backend`. */
export function addBackendOption(command: Command): Command {
  return command.addOption(new Option('--backend <name>', 'where to compute').choices(nodeBackends).default('wasm'));
}

/** Adds the option `--documents`, how texts are split. */
export function addDocumentsOption(command: Command, what: string, split: DocumentSplit): Command {
  return command.addOption(new Option('--documents <split>', what).choices(documentSplits).default(split));
}

/** Adds the option `--json`. */
export function addJsonOption(command: Command, what = 'print one JSON object instead of a table'): Command {
  return command.option('--json', what);
}
