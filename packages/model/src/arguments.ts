import { expectValue } from '@residual/base';
import { ResidualError, showValue } from '@residual/tensor';

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

/** Throws unless a prompt is a string or a list; the ids are checked later, against the vocabulary. */
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
