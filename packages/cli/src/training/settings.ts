import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ResidualError } from '@residual/base';
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { inputFile } from '../runtime/option-values.js';
import { isObject, readText } from '../text/files.js';

/** Settings by the names of their options, in camelCase. */
export type Settings = Readonly<Record<string, unknown>>;

const runFile = 'train.json';

/**
 * Settings from a JSON or YAML file, each checked like its option. Names are those of the options, in kebab-case or
 * camelCase.
 */
export async function settingsInFile(path: string, command: Command): Promise<Settings> {
  const text = await readText('train', path);
  const { parse } = await import('yaml');
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch (cause) {
    throw new ResidualError('files', `train: ${path} is neither JSON nor YAML: ${(cause as Error).message}`, { cause });
  }
  if (!isObject(parsed)) throw new ResidualError('files', `train: ${path} holds no settings by name`);
  return Object.fromEntries(Object.entries(parsed).map(([name, value]) => parseSetting(path, command, name, value)));
}

function parseSetting(path: string, command: Command, name: string, value: unknown): [string, unknown] {
  const camel = name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const refuse = (what: string): never => {
    throw new ResidualError('files', `train: ${path} ${what}`);
  };
  const check = (read: () => unknown): [string, unknown] => {
    try {
      return [camel, read()];
    } catch (error) {
      if (error instanceof InvalidArgumentError) refuse(`sets ${name} to ${JSON.stringify(value)}. ${error.message}`);
      throw error;
    }
  };
  if (camel === 'files') return check(() => [value].flat().map(file => inputFile(String(file))));
  const options = command.options.filter(option => option.attributeName() !== 'config');
  const option = options.find(option => option.attributeName() === camel);
  if (!option)
    return refuse(
      `sets ${name}, which is not known; known are files, ${options.map(each => each.attributeName()).join(', ')}`,
    );
  return check(() => readValue(option, value));
}

function readValue(option: Option, value: unknown): unknown {
  if (option.isBoolean()) {
    if (typeof value !== 'boolean') throw new InvalidArgumentError('It must be true or false.');
    return value;
  }
  if (option.variadic) return [value].flat().map(String);
  if (typeof value === 'object' || value === undefined) throw new InvalidArgumentError('It must be one value.');
  const text = String(value);
  if (option.argChoices && !option.argChoices.includes(text))
    throw new InvalidArgumentError(`Allowed choices are ${option.argChoices.join(', ')}.`);
  return option.parseArg ? option.parseArg(text, undefined) : text;
}

/** The settings that the run in this folder was started with; undefined if there is none. */
export async function settingsOfRun(folder: string): Promise<Settings | undefined> {
  const text = await readFile(join(folder, runFile), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Settings);
}

/** Creates the folder of a run and writes its settings there. */
export async function saveSettings(folder: string, settings: Settings): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, runFile), `${JSON.stringify(settings, null, 2)}\n`);
}
