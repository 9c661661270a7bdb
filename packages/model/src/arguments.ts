import { ResidualError, showValue } from '@residual/tensor';

/** Throws unless `signal` is an AbortSignal or undefined. */
export function expectSignal(caller: string, signal: unknown): void {
  const { throwIfAborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>;
  if (signal === undefined || (typeof throwIfAborted === 'function' && typeof addEventListener === 'function')) return;
  throw new ResidualError('option', `${caller}: signal is ${describeValue(signal)}; it must be an AbortSignal`);
}

/** Throws unless an option is a list of strings or undefined. */
export function expectTexts(caller: string, option: string, value: unknown): void {
  if (value === undefined || (Array.isArray(value) && value.every(text => typeof text === 'string'))) return;
  throw new ResidualError('option', `${caller}: ${option} is ${describeValue(value)}; it must be a list of texts`);
}

/** Throws unless an option is a function or undefined. */
export function expectFunction(caller: string, option: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new ResidualError('option', `${caller}: ${option} is ${describeValue(value)}; it must be a function`);
}

/** Throws unless a prompt is a string or a list; the ids are checked later, against the vocabulary. */
export function expectPrompt(caller: string, prompt: unknown): void {
  if (typeof prompt === 'string' || Array.isArray(prompt)) return;
  if (ArrayBuffer.isView(prompt) && !(prompt instanceof DataView)) return;
  throw new ResidualError(
    'prompt',
    `${caller}: the prompt is ${describeValue(prompt)}; it must be a text or a list of token ids`,
  );
}

/** Throws unless `prompts` is a list. */
export function expectPrompts(caller: string, prompts: unknown): void {
  if (Array.isArray(prompts)) return;
  throw new ResidualError(
    'prompt',
    `${caller}: the prompts are ${describeValue(prompts)}; they must be a list of texts or of lists of token ids`,
  );
}

/** A value as text for error messages. */
function describeValue(value: unknown): string {
  return typeof value === 'function' ? 'a function' : showValue(value);
}
