import type { LoadModelOptions, Model } from '@residual/model';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { NodeBackend } from '../machine/backends.js';
import type { CommandCall } from './command.js';
import { layerIn, layerOption } from './composed-layer.js';
import { type CommandContext, withContext } from './context.js';
import { addBackendOption } from './options.js';

/** The names of the forms of weights that `--weights` takes. */
export const weightForms = ['f32', 'f16', 'bf16', 'int8', 'int4'] as const;

/** A form of weights by its name in a command. */
export type FormName = (typeof weightForms)[number];

/** The options of `addSourceOptions`. */
export interface SourceOptions {
  readonly model: string;
  readonly backend: NodeBackend;
}

/** The options of `addModelOptions`. */
export interface ModelOptions extends SourceOptions {
  readonly weights?: FormName;
  readonly layerModule?: string;
}

/** The context of a command with a model. */
export interface ModelContext extends CommandContext {
  readonly model: Model;
}

/** Adds the options `--model` and `--backend`. */
export function addSourceOptions(command: Command, what = 'a checkpoint'): Command {
  const source = `folder, URL or Hugging Face id of ${what}, or a GGUF file`;
  return addBackendOption(command.requiredOption('--model <source>', source));
}

/** Adds the options `--model`, `--backend`, `--weights` and `--layer-module`. */
export function addModelOptions(command: Command, what?: string): Command {
  return addSourceOptions(command, what).addOption(weightsOption()).addOption(layerOption());
}

/** The option `--weights` of one form. */
export function weightsOption(): Option {
  const what = 'how weight matrices are held (default: as the checkpoint has them if it is quantized, else f32)';
  return new Option('--weights <form>', what).choices(weightForms);
}

/** The option `--weights` of several forms, which are compared. */
export function addWeightListOption(command: Command): Command {
  const what = `forms of the weight matrices to compare, with commas between: ${weightForms.join(', ')}`;
  return command.option('--weights <forms>', what, formList);
}

/** Forms with commas between; each at most once. */
function formList(text: string): readonly FormName[] {
  const forms = text.split(',').map(form => form.trim());
  const areForms = forms.every((form): form is FormName => (weightForms as readonly string[]).includes(form));
  if (areForms && new Set(forms).size === forms.length) return forms;
  throw new InvalidArgumentError(`It must be different ones of ${weightForms.join(', ')}, with commas between.`);
}

/** Runs `work` with the model that the options name, and disposes the model. Returns the exit code. */
export function withModel(
  { command, options }: CommandCall<ModelOptions>,
  work: (context: ModelContext) => Promise<number | undefined>,
): Promise<number> {
  return withContext(command, options.backend, async context => useModel(options, context, work));
}

/** The options of commands that compare forms of weights. */
export interface FormListOptions extends SourceOptions {
  readonly weights?: readonly FormName[];
}

/** What a command found with the weights in one form; undefined for the form of the checkpoint itself. */
export interface FormResult<Result> {
  readonly form: FormName | undefined;
  /** Bytes of the weights in memory. */
  readonly bytes: number;
  readonly result: Result;
}

/**
 * Runs `work` with the model in each form of the option `--weights`, one after the other, or once without the option;
 * then `finish` with all results. Returns the exit code.
 */
export function withForms<Result>(
  { command, options }: CommandCall<FormListOptions>,
  work: (context: ModelContext) => Promise<Result>,
  finish: (results: readonly [FormResult<Result>, ...FormResult<Result>[]]) => void,
): Promise<number> {
  return withContext(command, options.backend, async context => {
    const { model: source } = options;
    const measure = (form: FormName | undefined) =>
      useModel({ model: source, weights: form }, context, async each => {
        const { bytes } = each.model.describe();
        return { form, bytes, result: await work(each) };
      });
    const [first, ...others] = options.weights ?? [];
    const results: [FormResult<Result>, ...FormResult<Result>[]] = [await measure(first)];
    for (const form of others) results.push(await measure(form));
    finish(results);
    return 0;
  });
}

/** Loads the model, runs `work` with it, and disposes it. */
export async function useModel<Result>(
  {
    model: source,
    weights,
    layerModule,
  }: { readonly model: string; readonly weights?: FormName | undefined; readonly layerModule?: string },
  context: CommandContext,
  work: (context: ModelContext) => Promise<Result>,
): Promise<Result> {
  const { loadModel } = await import('@residual/model');
  const { signal, progress } = context;
  const options: LoadModelOptions = {
    onProgress: progress.loading,
    signal,
    ...(weights && { weights }),
    ...(layerModule !== undefined && { layer: await layerIn(layerModule) }),
  };
  const model = await loadModel(source, options);
  progress.end();
  try {
    return await work({ ...context, model });
  } finally {
    model.dispose();
  }
}
