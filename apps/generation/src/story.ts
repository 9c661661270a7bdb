import type { ShownToken, TokensElement } from '@residual/elements';
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
 * The tokens of a text as they are shown: each with the stretch of the text that is its own. Of several tokens that share a character the last one shows it,
 * the others, and special tokens, show what the vocabulary calls them.
 */
export function shownTokens(text: string, { ids, tokens, offsets, specialTokensMask }: PlainEncoding): ShownToken[] {
  return ids.map((id, i) => {
    const [start, end] = offsets[i]!;
    const next = offsets[i + 1];
    const isPart =
      next !== undefined && next[0] === start && next[1] === end && end > start && !specialTokensMask[i + 1];
    const isOwn = !specialTokensMask[i] && !isPart && end > start;
    return { id, given: true, text: isOwn ? text.slice(start, end) : tokens[i]!, offset: [start, end] };
  });
}

/** The tokens of a beginning; of an empty one the token that begins a text. */
export async function promptTokens(
  model: Pick<RemoteModel, 'encode' | 'tokensOf' | 'tokenOf'>,
  prompt: string,
): Promise<ShownToken[]> {
  const encoding = await model.encode(prompt);
  if (encoding.ids.length > 0) return shownTokens(prompt, encoding);
  const ids = await model.tokensOf(prompt);
  const names = await model.tokenOf(ids);
  return ids.map((id, i) => ({ id, given: true, text: names[i] ?? '', offset: [0, 0] }));
}

/** A step with the token that it wrote, as it is shown. */
export interface Written {
  readonly step: Step;
  readonly token: ShownToken;
}

/** What a run of the story came to. */
export interface Run {
  readonly tokens: number;
  /** New tokens a second, from the first to the last. */
  readonly speed: number;
  readonly finish: string;
}

/** How a text is written. */
export interface Writing {
  readonly settings: Settings;
  readonly signal: AbortSignal;
  /** How many of the likeliest tokens each step reports. */
  readonly top: number;
  /** Called once a frame with the steps that came since. */
  readonly onSteps?: (written: readonly Written[], run: Run) => void;
}

/** Writes a text into an element, where its beginning stands already, token by token; an abort ends it with what is there. */
export async function write(
  model: RemoteModel,
  element: TokensElement,
  { settings, signal, top, onSteps }: Writing,
): Promise<Run> {
  let run: Run = { tokens: 0, speed: 0, finish: 'stopped' };
  let [first, end] = [0, settings.prompt.length];
  const frames = perFrame<Written>(written => {
    element.push(...written.map(({ token }) => token));
    onSteps?.(written, run);
  });
  try {
    for await (const step of model.generate(settings.prompt, { ...optionsOf(settings, model.vocab), signal, top })) {
      const now = performance.now();
      const tokens = run.tokens + 1;
      if (tokens === 1) first = now;
      const speed = tokens > 1 ? ((tokens - 1) * 1000) / (now - first) : 0;
      run = { tokens, speed, finish: step.finishReason ?? 'stopped' };
      const name = step.text === '' ? await model.tokenOf([step.token]) : [];
      const offset = [end, (end += step.text.length)] as const;
      frames.add({ step, token: { id: step.token, text: name[0] ?? step.text, offset } });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    frames.flush();
  }
  return run;
}
