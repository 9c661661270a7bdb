import { Command } from 'commander';
import { evaluateAnalogiesCommand } from './evaluate-analogies.js';
import { evaluateLanguageModelCommand } from './evaluate-lm.js';
import { evaluateSimilarityCommand } from './evaluate-similarity.js';
import { evaluateTranslationCommand } from './evaluate-translation.js';

/** `residual evaluate`: how good a model or word vectors are, in the numbers that their field uses. */
export function evaluateCommand(exit: (code: number) => void): Command {
  return new Command('evaluate')
    .description('Measure how good a model or word vectors are.')
    .addCommand(evaluateLanguageModelCommand(exit).exitOverride())
    .addCommand(evaluateTranslationCommand(exit).exitOverride())
    .addCommand(evaluateAnalogiesCommand(exit).exitOverride())
    .addCommand(evaluateSimilarityCommand(exit).exitOverride());
}
