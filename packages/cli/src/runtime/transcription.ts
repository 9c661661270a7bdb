import type { TranscribeOptions } from '@residual/model';
import { type Command, Option } from 'commander';
import { positiveWholeNumber, seed, temperature } from './option-values.js';

/** The options of `addTranscriptionOptions`. */
export interface TranscriptionOptions {
  readonly language?: string;
  readonly task?: 'transcribe' | 'translate';
  readonly prompt?: string;
  readonly beams?: number;
  readonly temperature?: number;
  readonly condition?: boolean;
  readonly maxNewTokens?: number;
  readonly batch?: number;
  readonly seed?: number;
}

/** Adds the options that say how recordings are transcribed. */
export function addTranscriptionOptions(command: Command): Command {
  return command
    .option('--language <language>', 'the language of the speech, such as de or german (default: detected)')
    .addOption(
      new Option('--task <task>', 'write what is said, or say it in English').choices(['transcribe', 'translate']),
    )
    .option('--prompt <text>', 'a text that comes before, for names and style')
    .option('--beams <n>', 'beams of the search; 1 is greedy (default: as the checkpoint says)', positiveWholeNumber)
    .option(
      '--temperature <t>',
      'one temperature (default: 0, and higher ones where the text repeats itself or, in long recordings, is unlikely)',
      temperature,
    )
    .option('--condition', 'condition each window on the text before it')
    .option('--max-new-tokens <n>', 'how many tokens a window may have', positiveWholeNumber)
    .option('--batch <n>', 'how many recordings are read at once (default: 4)', positiveWholeNumber)
    .option('--seed <n>', 'seed of what is drawn above temperature 0', seed);
}

/** The options of `transcribe` of a model that these options ask for. */
export function transcribeOptions(options: TranscriptionOptions): TranscribeOptions {
  const { language, task, prompt, beams, temperature, condition, maxNewTokens, batch, seed } = options;
  return {
    ...(language !== undefined && { language }),
    ...(task !== undefined && { task }),
    ...(prompt !== undefined && { prompt }),
    ...(beams !== undefined && { numBeams: beams }),
    ...(temperature !== undefined && { temperature }),
    ...(condition && { conditionOnPrevTokens: true }),
    ...(maxNewTokens !== undefined && { maxNewTokens }),
    ...(batch !== undefined && { batch }),
    ...(seed !== undefined && { seed }),
  };
}
