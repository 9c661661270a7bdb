import { ResidualError } from '@residual/base';
import type { Command } from 'commander';
import type { CommandCall } from '../runtime/command.js';
import { type CommandContext, withContext } from '../runtime/context.js';
import type { RunSettings } from './options.js';
import { type Settings, saveSettings, settingsInFile, settingsOfRun } from './settings.js';

/** What a training run has: its settings, the progress line and the signal. */
export interface RunContext<All> extends CommandContext {
  readonly settings: All;
  /** Whether the run continues an earlier one. */
  readonly isResumed: boolean;
}

/** The arguments of all training commands: files of data. */
export type TrainingArgs = readonly [readonly string[]];

/**
 * Merges the settings (defaults, those of the run that is resumed, a file, options; the last wins), starts the backend,
 * and runs `work`, which Ctrl-C aborts. Returns the exit code.
 */
export async function startTraining<All extends RunSettings>(
  { command, args }: CommandCall<object, TrainingArgs>,
  work: (run: RunContext<All>) => Promise<number>,
): Promise<number> {
  const [files] = args;
  const { config, resume = false, ...flags } = optionsFrom(command, 'cli');
  const inFile = config === undefined ? {} : await settingsInFile(String(config), command);
  const newSettings: Settings = { ...inFile, ...flags, ...(files.length > 0 && { files }) };
  const { out } = newSettings;
  if (typeof out !== 'string')
    throw new ResidualError(
      'range',
      'train: it is not said where the checkpoint is to be written; give --out <folder>',
    );
  const kind = command.name();
  const earlierSettings = await earlierRun(out, kind, resume === true);
  const defaults = optionsFrom(command, 'default');
  const settings = { ...defaults, files: [], ...earlierSettings, ...newSettings } as unknown as All;
  if (settings.files.length === 0)
    throw new ResidualError('files', `train: no file of data is given: residual train ${kind} FILE... --out ${out}`);
  return withContext(command, settings.backend, async context => {
    await saveSettings(out, { ...settings, kind } as unknown as Settings);
    return work({ ...context, settings, isResumed: earlierSettings !== undefined });
  });
}

/** The options of a command whose values come from its defaults, or from the command line. */
function optionsFrom(command: Command, source: 'default' | 'cli'): Record<string, unknown> {
  const options = Object.entries(command.opts<Record<string, unknown>>());
  return Object.fromEntries(options.filter(([name]) => command.getOptionValueSource(name) === source));
}

/** The settings of the run in a folder, if it is to be resumed. Errors if the folder does not fit. */
async function earlierRun(out: string, kind: string, resume: boolean): Promise<Settings | undefined> {
  if (!resume) {
    const { isStarted } = await import('./run.js');
    if (await isStarted(out))
      throw new ResidualError(
        'files',
        `train: ${out} holds a run already; use --resume to continue it, or choose another folder`,
      );
    return undefined;
  }
  const settings = await settingsOfRun(out);
  if (!settings) throw new ResidualError('files', `train: ${out} holds no run to resume`);
  if (settings.kind !== kind)
    throw new ResidualError('files', `train: ${out} holds a run of ${String(settings.kind)}, not of ${kind}`);
  return settings;
}
