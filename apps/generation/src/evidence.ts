import type { Bar, BarsElement, DisplayedToken, TokenDetail, TokensElement } from '@residual/elements';
import type { Step } from '@residual/model';
import type { Session } from './session.js';
import type { Settings } from './settings.js';
import { labelOf, optionsOf } from './story.js';

/** The number of likeliest tokens that are shown. */
export const alternatives = 10;

type Choice = Step['topLogprobs'][number];

/** A generated text with the evidence about its tokens. */
export interface Evidence {
  readonly settings: Settings;
  readonly tokens: readonly DisplayedToken[];
  readonly promptLength: number;
  /** The steps that generated the tokens after the prompt; the list may still grow. */
  readonly steps: readonly Step[];
  /** The likeliest tokens at indices of the prompt, once they were requested. */
  readonly promptChoices: Map<number, Promise<readonly Choice[]>>;
}

/**
 * The likeliest tokens at an index of a text, and the actual token even if it was unlikely; none for the first token.
 */
export async function choicesAt(session: Session, evidence: Evidence, index: number): Promise<readonly Choice[]> {
  const { steps, promptLength, promptChoices } = evidence;
  if (index === 0) return [];
  const step = steps[index - promptLength];
  if (step)
    return step.topLogprobs.some(({ token }) => token === step.token) ? step.topLogprobs : [...step.topLogprobs, step];
  const choices = promptChoices.get(index) ?? choicesInPrompt(session, evidence, index);
  promptChoices.set(index, choices);
  return choices;
}

/**
 * The likeliest tokens at an index of the prompt: one step of generation from the tokens before it, with the same
 * settings.
 */
async function choicesInPrompt(
  session: Session,
  { settings, tokens }: Evidence,
  index: number,
): Promise<readonly Choice[]> {
  const { model } = session;
  const ids = tokens.slice(0, index).map(({ id }) => id);
  const actual = tokens[index]!.id;
  const ask = async (topLogprobs: number) => {
    for await (const step of model.generate(ids, {
      ...optionsOf(settings, model.vocab),
      maxNewTokens: 1,
      topLogprobs,
    }))
      return step.topLogprobs;
    return [];
  };
  const few = await ask(alternatives);
  if (few.some(({ token }) => token === actual)) return few;
  const choice = (await ask(model.vocab)).find(({ token }) => token === actual);
  return choice ? [...few, choice] : few;
}

/** Shows bars of the likeliest tokens at the selected token of the text that `evidenceOf` returns. */
export function showBarsOnSelection(
  session: Session,
  element: TokensElement,
  bars: BarsElement,
  evidenceOf: () => Evidence | undefined,
): void {
  element.addEventListener('residual-token', async event => {
    const { index, token } = (event as CustomEvent<TokenDetail>).detail;
    const evidence = evidenceOf();
    if (!evidence) return;
    const choices = await choicesAt(session, evidence, index).catch(() => []);
    const texts = await namesOf(session, evidence, index, choices).catch(() => []);
    if (element.selected !== index || evidenceOf() !== evidence) return; // another token was selected meanwhile
    bars.setAttribute('label', `${captionOf(evidence, index)} (id ${token.id})`);
    bars.bars = choices.map(({ token: id, logprob, probability }, i): Bar => {
      return { text: texts[i] ?? '', id, before: Math.exp(logprob), after: probability, chosen: id === token.id };
    });
  });
}

/** The labels of tokens at an index: their texts, or the character that they complete or are a part of. */
async function namesOf(
  session: Session,
  { tokens }: Evidence,
  index: number,
  choices: readonly Choice[],
): Promise<readonly string[]> {
  const texts = await session.textsOf(choices.map(({ token }) => token));
  const here = tokens[index]?.part;
  const before = here ? tokens.slice(index - here.index, index).map(({ id }) => id) : [];
  return Promise.all(
    choices.map(async ({ token }, i) => {
      if (!texts[i]!.includes('\ufffd')) return texts[i]!;
      if (token === tokens[index]?.id) return labelOf(tokens[index]);
      const whole = before.length > 0 ? await session.model.decode([...before, token]) : '\ufffd';
      return whole.includes('\ufffd') ? 'part of a character' : `completes ${whole.trim()}`;
    }),
  );
}

function captionOf({ promptLength }: Evidence, index: number): string {
  if (index === 0) return 'Token 1 has nothing before it';
  return `What could stand in place of token ${index + 1}${index < promptLength ? ' of your text' : ''}`;
}
