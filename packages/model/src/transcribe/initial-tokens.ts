import { ResidualError } from '@residual/tensor';
import { languageCode } from './languages.js';
import type { SpeechTokens } from './speech-tokens.js';

/** What the tokens at the start of a text say. */
export interface InitialOptions {
  /** A language of the model; detected, or as its config says, if absent. */
  readonly language?: string | undefined;
  /** `transcribe` writes what is said, `translate` says it in English. */
  readonly task?: string | undefined;
  /** Whether the text has times. */
  readonly timestamps: boolean;
}

/** The tokens at the start of a text, for a language that may be detected first. */
export interface InitialTokens {
  /** Whether the language must be detected. */
  readonly detectsLanguage: boolean;
  /** The code of the language that was asked for. */
  readonly language: string | undefined;
  /** The start token and those after it; `language` is the detected one, if that is needed. */
  tokens(language?: string): number[];
}

/**
 * The tokens at the start of a text, as Hugging Face transformers puts them together: start token, language, task, and
 * one that says that there are no times. Errors for a language or task that the model does not have.
 */
export function initialTokens(tokens: SpeechTokens, { language, task, timestamps }: InitialOptions): InitialTokens {
  const { languages, tasks, isMultilingual, forced, noTimestamps, start } = tokens;
  const asked = { language, task };
  for (const [name, value] of Object.entries(asked)) {
    if (value === undefined) continue;
    const known = name === 'language' ? languages : tasks;
    if (!isMultilingual || known.size === 0)
      refuse(`${name} is ${JSON.stringify(value)}; this model knows one ${name}`);
  }
  if (task !== undefined && !tasks.has(task))
    refuse(`task is ${JSON.stringify(task)}; it must be ${[...tasks.keys()].join(' or ')}`);
  if (timestamps && noTimestamps === undefined)
    refuse('this model writes no times; its generation_config.json names no no_timestamps_token_id');
  const fixed = language === undefined && task === undefined ? forced : [];
  const code = language === undefined ? undefined : languageCode(tokens, language);
  const detectsLanguage = code === undefined && languages.size > 0 && (fixed[0] ?? null) === null;
  return {
    detectsLanguage,
    language: code,
    tokens: detected => {
      const ids: (number | null)[] = [start, ...fixed];
      const spoken = code ?? (detectsLanguage ? detected : undefined);
      if (spoken !== undefined) ids[1] = languages.get(spoken)!;
      const taskId = task ?? (code !== undefined && !ids.some(isTask) ? 'transcribe' : undefined);
      if (taskId !== undefined && tasks.has(taskId)) ids.push(tasks.get(taskId)!);
      if (timestamps && ids.at(-1) === noTimestamps) ids.pop();
      if (!timestamps && noTimestamps !== undefined && ids.at(-1) !== noTimestamps) ids.push(noTimestamps);
      return ids.filter(id => id !== null);
    },
  };

  function isTask(id: number | null): boolean {
    return [...tasks.values()].some(each => each === id);
  }
}

/** What comes before the text of a window. */
export interface PreviousText {
  /** The tokens of a text that the caller gives, without the token before it; undefined if there is none. */
  readonly prompt: readonly number[] | undefined;
  /** Whether the prompt comes before every window, also where there is text of the recording before it. */
  readonly isForAllWindows: boolean;
  /** The tokens of each segment so far; undefined if the window is not conditioned on them. */
  readonly segments: readonly (readonly number[])[] | undefined;
  /** How many tokens of text may come before a window. */
  readonly limit: number;
}

/**
 * The tokens before the start token of a window: the text so far, or the prompt; none if there is neither. Of two times
 * at the end of a segment the second one is left out.
 */
export function previousTokens(
  tokens: SpeechTokens,
  { prompt, isForAllWindows, segments, limit }: PreviousText,
): number[] {
  const { previousText, timestampBegin } = tokens;
  const mark = previousText === undefined ? [] : [previousText];
  const given = prompt && [...mark, ...prompt];
  const withPrompt = segments && !isForAllWindows && prompt ? [prompt, ...segments] : segments;
  if (!withPrompt || withPrompt.length === 0) return given ?? [];
  const text = withPrompt.flatMap(segment => {
    const endsTwice = segment.length > 2 && segment.at(-2)! >= timestampBegin;
    return endsTwice ? segment.slice(0, -1) : segment;
  });
  return [...(isForAllWindows && given ? given : mark), ...text.slice(-limit)];
}

function refuse(what: string): never {
  throw new ResidualError('option', `transcribe: ${what}`);
}
