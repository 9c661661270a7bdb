import { characterParts, type DisplayedToken, partLabel, type TokensElement } from '@residual/elements';
import type { GenerateOptions, Step } from '@residual/model';
import type { PlainEncoding, RemoteModel } from '@residual/model/worker';
import { perFrame } from './per-frame.js';
import type { Settings } from './settings.js';

/** The options of `generate` that settings stand for; greedy takes no filters. */
export function optionsOf(settings: Settings, vocab: number): GenerateOptions {
  const { mode, temperature, topK, topP, seed, maxNewTokens } = settings;
  if (mode === 'greedy' || temperature === 0) return { temperature: 0, maxNewTokens };
  return { temperature, topK: topK === 0 ? vocab : topK, topP, seed, maxNewTokens };
}

/**
 * The tokens of a text as they are shown: each with the stretch of the text that is its own. Of several tokens that share a character each says which part of it it
 * is, and the last one has its text; special tokens show what the vocabulary calls them.
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
    const shown = { id, isPrompt: true, offset: offsets[i]! };
    if (part) return { ...shown, part, text: part.index === part.count - 1 ? part.characters : '' };
    return { ...shown, text: end > start ? text.slice(start, end) : tokens[i]! };
  });
}

/** What a token is called where it stands alone, as beside a map or a bar. */
export const labelOf = ({ part, text }: DisplayedToken): string => (part ? partLabel(part) : text);

/** The tokens of a beginning; of an empty one the token that begins a text. */
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

/** A step with the token that it wrote, as it is shown. */
export interface WrittenToken {
  readonly step: Step;
  readonly token: DisplayedToken;
}

/** What a run of the story came to. */
export interface Run {
  readonly tokens: number;
  /** New tokens a second, from the first to the last. */
  readonly speed: number;
  readonly finish: string;
}

/** How a text is written. */
export interface WriteOptions {
  readonly settings: Settings;
  readonly signal: AbortSignal;
  /** How many of the likeliest tokens each step reports. */
  readonly topLogprobs: number;
  /** Called once a frame with the steps that came since. */
  readonly onSteps?: (written: readonly WrittenToken[], run: Run) => void;
}

/** Writes a text into an element, where its beginning stands already, token by token; an abort ends it with what is there. */
export async function write(
  model: RemoteModel,
  element: TokensElement,
  { settings, signal, topLogprobs, onSteps }: WriteOptions,
): Promise<Run> {
  let run: Run = { tokens: 0, speed: 0, finish: 'stopped' };
  let [first, end] = [0, settings.prompt.length];
  let pending: number[] = []; // indices of tokens that hold the beginning of a character
  const frames = perFrame<WrittenToken>(written => {
    for (const { step, token } of written) {
      element.push(token);
      const place = element.tokens.length - 1;
      if (step.text === '' && token.text === '') pending.push(place);
      else if (pending.length > 0) pending = completeCharacter(element, pending, place);
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
      else frames.add({ step, token: { ...token, part: { characters: '', index: 0, count: 1 } } }); // the beginning of a character
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    frames.flush();
  }
  return run;
}

/** Lets the tokens that began a character, and the one that completes it, say which part of it they are. */
function completeCharacter(element: TokensElement, pending: readonly number[], last: number): number[] {
  const { tokens } = element;
  const [characters = ''] = tokens[last]!.text;
  const all = [...pending, last];
  const isWhole = tokens[last]!.text === characters; // what stands behind the character is shown as it is
  for (const [index, place] of all.entries())
    if (place !== last || isWhole)
      element.replace(place, { ...tokens[place]!, part: { characters, index, count: all.length } });
  return [];
}
