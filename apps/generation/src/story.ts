import { collectPerFrame } from '@residual/appkit';
import { characterParts, type DisplayedToken, partLabel, type TokensElement } from '@residual/elements';
import type { GenerateOptions, Step } from '@residual/model';
import type { PlainEncoding, RemoteModel } from '@residual/model/worker';
import type { Settings } from './settings.js';

/** The options of `generate` for some settings; greedy decoding takes no filters. */
export function optionsOf(settings: Settings, vocab: number): GenerateOptions {
  const { mode, temperature, topK, topP, seed, maxNewTokens } = settings;
  if (mode === 'greedy' || temperature === 0) return { temperature: 0, maxNewTokens };
  return { temperature, topK: topK === 0 ? vocab : topK, topP, seed, maxNewTokens };
}

/**
 * The tokens of a text for display, each with its own span of the text. Of several tokens that share a character each
 * shows its part, and the last one has the text; special tokens show their name in the vocabulary.
 */
export function shownTokens(
  text: string,
  { ids, tokens, offsets, specialTokensMask }: PlainEncoding,
): DisplayedToken[] {
  const own = offsets.map((offset, i) => (specialTokensMask[i] ? ([0, 0] as const) : offset));
  const parts = characterParts(text, own);
  return ids.map((id, i) => {
    const [start, end] = own[i]!;
    const part = parts[i];
    const token = { id, isPrompt: true, offset: offsets[i]! };
    if (part) return { ...token, part, text: part.index === part.count - 1 ? part.characters : '' };
    return { ...token, text: end > start ? text.slice(start, end) : tokens[i]! };
  });
}

/** The label of a single token, such as in a map or beside a bar. */
export const labelOf = ({ part, text }: DisplayedToken): string => (part ? partLabel(part) : text);

/** The tokens of a prompt; for an empty prompt, the token that starts a text. */
export async function promptTokens(
  model: Pick<RemoteModel, 'encode' | 'tokensOf' | 'tokenOf'>,
  prompt: string,
): Promise<DisplayedToken[]> {
  const encoding = await model.encode(prompt);
  if (encoding.ids.length > 0) return shownTokens(prompt, encoding);
  const ids = await model.tokensOf(prompt);
  const names = await model.tokenOf(ids);
  return ids.map((id, i) => ({ id, isPrompt: true, text: names[i] ?? '', offset: [0, 0] }));
}

/** A step with its token for display. */
export interface WrittenToken {
  readonly step: Step;
  readonly token: DisplayedToken;
}

/** The result of a generation. */
export interface Run {
  readonly tokens: number;
  /** New tokens per second, from the first to the last. */
  readonly speed: number;
  readonly finish: string;
}

/** Options of `write`. */
export interface WriteOptions {
  readonly settings: Settings;
  readonly signal: AbortSignal;
  /** The number of likeliest tokens that each step reports. */
  readonly topLogprobs: number;
  /** Called once a frame with the steps since the last call. */
  readonly onSteps?: (written: readonly WrittenToken[], run: Run) => void;
}

/** Generates a text into an element that holds the prompt, token by token; an abort ends it. */
export async function write(
  model: RemoteModel,
  element: TokensElement,
  { settings, signal, topLogprobs, onSteps }: WriteOptions,
): Promise<Run> {
  let run: Run = { tokens: 0, speed: 0, finish: 'stopped' };
  let [first, end] = [0, settings.prompt.length];
  let pending: number[] = []; // indices of tokens that hold the beginning of a character
  const frames = collectPerFrame<WrittenToken>(written => {
    for (const { step, token } of written) {
      element.push(token);
      const index = element.tokens.length - 1;
      if (step.text === '' && token.text === '') pending.push(index);
      else if (pending.length > 0) pending = completeCharacter(element, pending, index);
    }
    onSteps?.(written, run);
  });
  try {
    for await (const step of model.generate(settings.prompt, {
      ...optionsOf(settings, model.vocab),
      signal,
      topLogprobs,
    })) {
      const now = performance.now();
      const tokens = run.tokens + 1;
      if (tokens === 1) first = now;
      const speed = tokens > 1 ? ((tokens - 1) * 1000) / (now - first) : 0;
      run = { tokens, speed, finish: step.finishReason ?? 'stopped' };
      const offset = [end, (end += step.text.length)] as const;
      const token = { id: step.token, text: step.text, offset };
      if (step.text !== '') frames.add({ step, token });
      else if (step.finishReason === 'eos')
        frames.add({ step, token: { ...token, text: (await model.tokenOf([step.token]))[0] ?? '' } });
      // the beginning of a character
      else frames.add({ step, token: { ...token, part: { characters: '', index: 0, count: 1 } } });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    frames.flush();
  }
  return run;
}

/** Gives the tokens of a character, once it is complete, their parts of it. */
function completeCharacter(element: TokensElement, pending: readonly number[], last: number): number[] {
  const { tokens } = element;
  const [characters = ''] = tokens[last]!.text;
  const all = [...pending, last];
  const isWhole = tokens[last]!.text === characters; // text after the character is shown as it is
  for (const [part, index] of all.entries())
    if (index !== last || isWhole)
      element.replace(index, { ...tokens[index]!, part: { characters, index: part, count: all.length } });
  return [];
}
