import { expectValue } from '@residual/base';
import { expectOptions, ResidualError, showValue } from '@residual/tensor';
import type { Sequences } from './sequences.js';

/** Throws unless `signal` is an AbortSignal or undefined. */
export function expectSignal(caller: string, signal: unknown): void {
  const { throwIfAborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>;
  const isSignal = typeof throwIfAborted === 'function' && typeof addEventListener === 'function';
  expectValue(signal === undefined || isSignal, caller, 'signal', signal, 'an AbortSignal');
}

/** Throws unless an option is a list of strings or undefined. */
export function expectTexts(caller: string, option: string, value: unknown): void {
  const areTexts = Array.isArray(value) && value.every(text => typeof text === 'string');
  expectValue(value === undefined || areTexts, caller, option, value, 'a list of texts');
}

/** Throws unless an option is a function or undefined. */
export function expectFunction(caller: string, option: string, value: unknown): void {
  expectValue(value === undefined || typeof value === 'function', caller, option, value, 'a function');
}

/** Checks the options of a function that opens a checkpoint; `more` are its own ones, 1 for those that it needs. */
export function expectOpenOptions(
  caller: string,
  options: { readonly signal?: unknown; readonly onProgress?: unknown },
  more: Readonly<Record<string, 0 | 1>>,
): void {
  const names = {
    ...more,
    hub: 0,
    fetch: 0,
    allowRedirects: 0,
    signal: 0,
    onProgress: 0,
    families: 0,
    ignoreConfig: 0,
  };
  expectOptions(caller, options, names as never);
  expectSignal(caller, options?.signal);
  expectFunction(caller, 'onProgress', options?.onProgress);
}

/** The options without those that are undefined, so that defaults apply to them. */
export function definedOptions<Options extends object>(
  options: Options,
): { [Name in keyof Options]?: Exclude<Options[Name], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

/** Throws unless a prompt is a string or a list; `expectTokens` checks its ids. */
export function expectPrompt(caller: string, prompt: unknown): void {
  const isList = Array.isArray(prompt) || (ArrayBuffer.isView(prompt) && !(prompt instanceof DataView));
  if (typeof prompt === 'string' || isList) return;
  throw new ResidualError(
    'prompt',
    `${caller}: the prompt is ${showValue(prompt)}; it must be a text or a list of token ids`,
  );
}

/** Throws unless `prompts` is a list. */
export function expectPrompts(caller: string, prompts: unknown): void {
  if (Array.isArray(prompts)) return;
  throw new ResidualError(
    'prompt',
    `${caller}: the prompts are ${showValue(prompts)}; they must be a list of texts or of lists of token ids`,
  );
}

/** Throws unless each sequence, [batch][length], has 1 to `maxLength` tokens, all of them ids of the vocabulary. */
export function expectTokens(
  caller: string,
  sequences: Sequences,
  { vocab, maxLength }: { readonly vocab: number; readonly maxLength: number },
): void {
  const refuse = (code: string, what: string): never => {
    throw new ResidualError(code, `${caller}: ${what}`);
  };
  for (const tokens of sequences) {
    const { length } = tokens;
    if (length === 0) refuse('prompt', 'the prompt has no tokens');
    if (length > maxLength)
      refuse('positions', `prompt of ${length} tokens is longer than the ${maxLength} positions this model has`);
    const unknown = tokens.find(id => !(Number.isInteger(id) && id >= 0 && id < vocab));
    if (unknown !== undefined) refuse('prompt', `prompt id ${unknown} is outside the vocabulary of ${vocab}`);
  }
}
