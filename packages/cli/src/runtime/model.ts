import type { Model } from '@residual/model';
import type { Command } from 'commander';
import type { NodeBackend } from '../machine/backends.js';
import type { CommandCall } from './command.js';
import { type CommandContext, withContext } from './context.js';
import { addBackendOption } from './options.js';

/** The options of `addModelOptions`. */
export interface ModelOptions {
  readonly model: string;
  readonly backend: NodeBackend;
}

/** The context of a command with a model. */
export interface ModelContext extends CommandContext {
  readonly model: Model;
}

/** Adds the options `--model` and `--backend`. */
export function addModelOptions(command: Command, what = 'a checkpoint'): Command {
  return addBackendOption(command.requiredOption('--model <source>', `folder, URL or Hugging Face id of ${what}`));
}

/** Runs `work` with the model that the options name, and disposes the model. Returns the exit code. */
export function withModel(
  { command, options }: CommandCall<ModelOptions>,
  work: (context: ModelContext) => Promise<number | undefined>,
): Promise<number> {
  return withContext(command, options.backend, async context => {
    const { loadModel } = await import('@residual/model');
    const { signal, progress } = context;
    const model = await loadModel(options.model, { onProgress: progress.loading, signal });
    progress.end();
    try {
      return await work({ ...context, model });
    } finally {
      model.dispose();
    }
  });
}
