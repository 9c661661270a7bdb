import { ResidualError } from '@residual/base';
import type { Command } from 'commander';
import { argsOf } from '../commands/generate.js';
import { rerunForWebGPU, startBackend } from '../machine/backends.js';
import { type ProgressLine, progressLine } from '../output.js';
import { type CommonSettings, commonDefaults } from './options.js';
import { type Settings, saveSettings, settingsInFile, settingsOfRun } from './settings.js';

/** The settings, the progress line and the signal of a training run. */
export interface RunContext<All> {
  readonly settings: All;
  readonly progress: ProgressLine;
  readonly signal: AbortSignal;
  /** Whether the run continues an earlier one. */
  readonly isResumed: boolean;
}

/**
 * Merges the settings (defaults, those of the run that is resumed, a file, flags; the last wins), starts the backend,
 * and runs `work`, which Ctrl-C aborts. Returns the exit code.
 */
export async function startTraining<All extends CommonSettings>(
  command: Command,
  files: readonly string[],
  defaults: Omit<All, keyof CommonSettings>,
  work: (run: RunContext<All>) => Promise<number>,
): Promise<number> {
  const { config, resume = false, ...flags } = command.opts<Record<string, unknown>>();
  const inFile = config === undefined ? {} : await settingsInFile(String(config), command);
  const settingsGiven: Settings = { ...inFile, ...flags, ...(files.length > 0 && { files }) };
  const { out } = settingsGiven;
  if (typeof out !== 'string')
    throw new ResidualError(
      'range',
      'train: it is not said where the checkpoint is to be written; give --out <folder>',
    );
  const { isStarted } = await import('./run.js');
  const hasState = await isStarted(out);
  if (hasState && !resume)
    throw new ResidualError(
      'files',
      `train: ${out} holds a run already; use --resume to continue it, or choose another folder`,
    );
  const earlierSettings = resume ? await settingsOfRun(out) : undefined;
  if (resume && !earlierSettings) throw new ResidualError('files', `train: ${out} holds no run to resume`);
  const kind = command.name();
  if (earlierSettings && earlierSettings.kind !== kind)
    throw new ResidualError('files', `train: ${out} holds a run of ${String(earlierSettings.kind)}, not of ${kind}`);
  const settings = {
    ...commonDefaults,
    files: [],
    ...defaults,
    ...earlierSettings,
    ...settingsGiven,
  } as unknown as All;
  if (settings.files.length === 0)
    throw new ResidualError('files', `train: no file of data is given: residual train ${kind} FILE... --out ${out}`);
  if (settings.backend === 'webgpu') {
    const again = await rerunForWebGPU(argsOf(command));
    if (again !== undefined) return again;
  }
  await startBackend(settings.backend);
  await saveSettings(out, { ...settings, kind } as unknown as Settings);
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const progress = progressLine();
  try {
    return await work({ settings, progress, signal: abort.signal, isResumed: earlierSettings !== undefined });
  } catch (error) {
    if (abort.signal.aborted) return 130;
    throw error;
  } finally {
    progress.end();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
