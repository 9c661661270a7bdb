import { Command, CommanderError } from 'commander';
import { addCommands, entries } from './commands/index.js';
import { packageVersion } from './runtime/version.js';
import { reportError } from './terminal/output.js';

/** Runs the command line with its arguments, without those of Node, and returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  let code = 0;
  const program = new Command('residual')
    .version(await packageVersion())
    .description(
      'Transformers in the terminal: generate, translate, train, evaluate, compare with references, describe, inspect.',
    )
    .configureHelp({ subcommandTerm: command => command.name() }) // with arguments no line would fit a terminal
    .exitOverride()
    .showHelpAfterError();
  // Options of the program take no values, so the first words are commands. `help NAME` shows the help of NAME.
  const words = args.filter(word => !word.startsWith('-'));
  await addCommands(program, entries, words[0] === 'help' ? words.slice(1) : words, exit => {
    code = exit;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    reportError(error);
    return 1;
  }
}
