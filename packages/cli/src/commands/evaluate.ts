import { Command } from 'commander';
import { evaluateTranslationCommand } from './evaluate-translation.js';

/** `residual evaluate`: how good a model is, in the numbers that its field uses. */
export function evaluateCommand(exit: (code: number) => void): Command {
  return new Command('evaluate')
    .description('Measure how good a model is.')
    .addCommand(evaluateTranslationCommand(exit).exitOverride());
}
