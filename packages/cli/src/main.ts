import { Command, CommanderError } from 'commander';
import { analogyCommand } from './commands/analogy.js';
import { describeCommand } from './commands/describe.js';
import { evaluateCommand } from './commands/evaluate.js';
import { generateCommand } from './commands/generate.js';
import { parityCommand } from './commands/parity.js';
import { tokenizeCommand } from './commands/tokenize.js';
import { trainCommand } from './commands/train.js';
import { trainTokenizerCommand } from './commands/train-tokenizer.js';
import { translateCommand } from './commands/translate.js';
import { reportError } from './output.js';
import { packageVersion } from './version.js';

/** Runs the command line with its arguments, without those of Node; gives the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  let code = 0;
  const program = new Command('residual')
    .version(await packageVersion())
    .description(
      'Transformers in the terminal: generate text, translate, train, compute with words, measure, compare a checkpoint with its reference, describe what it is made of.',
    )
    .configureHelp({ subcommandTerm: command => command.name() }) // with its arguments no line would fit a terminal
    .exitOverride()
    .showHelpAfterError();
  const commands = [
    generateCommand,
    translateCommand,
    analogyCommand,
    evaluateCommand,
    parityCommand,
    describeCommand,
    tokenizeCommand,
    trainCommand,
    trainTokenizerCommand,
  ];
  for (const make of commands)
    program.addCommand(
      make(exit => {
        code = exit;
      }).exitOverride(),
    );
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    reportError(error);
    return 1;
  }
}
