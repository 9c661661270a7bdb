import { type Command, Option } from 'commander';
import { addJsonOption } from '../runtime/options.js';
import { columns } from '../terminal/format.js';
import { print, printJson } from '../terminal/output.js';
import { type PictureLine, printPicture } from '../terminal/picture.js';
import { type Screen, screenOf } from '../terminal/screen.js';

/** The options of `addViewOptions`. */
export interface ViewOptions {
  readonly view?: 'picture' | 'table';
  readonly json?: boolean;
}

/** A result in its three forms. */
export interface Views {
  /** The object of `--json`. */
  readonly json: object;
  /** The rows of a table, the first one its headings; several tables are separated by an empty line. */
  readonly tables: () => readonly (readonly (readonly string[])[])[];
  readonly picture: (screen: Screen) => readonly PictureLine[];
  /** Lines below a table or a picture. */
  readonly notes?: readonly string[];
}

/** Adds the options `--view` and `--json`. */
export function addViewOptions(command: Command): Command {
  const what = 'a picture that fits the terminal, or a table (default: a picture in a terminal, else a table)';
  command.addOption(new Option('--view <form>', what).choices(['picture', 'table']));
  return addJsonOption(command, 'print one JSON object instead');
}

/** Prints a result as `--view` and `--json` say: without them as a picture in a terminal, and as a table elsewhere. */
export function printViews({ view, json: asJson }: ViewOptions, { json, tables, picture, notes = [] }: Views): void {
  if (asJson) {
    printJson(json);
    return;
  }
  const screen = screenOf();
  if ((view ?? (screen.isTerminal ? 'picture' : 'table')) === 'picture') printPicture(picture(screen), screen);
  else print(tables().map(columns).join('\n\n'));
  if (notes.length > 0) print(`\n${notes.join('\n')}`);
}
