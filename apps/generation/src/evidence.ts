import type { Bar, BarsElement, DisplayedToken, TokenDetail, TokensElement } from '@residual/elements';
import type { Step } from '@residual/model';
import type { Session } from './session.js';
import type { Settings } from './settings.js';
import { labelOf, optionsOf } from './story.js';

/** How many of the likeliest tokens are shown. */
export const alternatives = 10;

type Choice = Step['topLogprobs'][number];

/** A text that was written, with what is known of its tokens. */
export interface Evidence {
  readonly settings: Settings;
  readonly tokens: readonly DisplayedToken[];
  readonly promptLength: number;
  /** The steps that wrote the tokens after the prompt; they may still grow. */
  readonly steps: readonly Step[];
  /** What could have stood in the place of tokens of the prompt, by place, once somebody asked. */
  readonly promptChoices: Map<number, Promise<readonly Choice[]>>;
}

/** What could stand at a place of a text, likeliest first, and the token that stands there also where it was unlikely; nothing for the first one. */
export async function choicesAt(session: Session, evidence: Evidence, index: number): Promise<readonly Choice[]> {
  const { steps, promptLength, promptChoices } = evidence;
  if (index === 0) return [];
  const step = steps[index - promptLength];
  if (step)
    return step.topLogprobs.some(({ token }) => token === step.token) ? step.topLogprobs : [...step.topLogprobs, step];
  const choices = promptChoices.get(index) ?? askFor(session, evidence, index);
  promptChoices.set(index, choices);
  return choices;
}

/** Lets the model go on from the part of the prompt before a place, under the same settings. */
async function askFor(session: Session, { settings, tokens }: Evidence, index: number): Promise<readonly Choice[]> {
  const { model } = session;
  const ids = tokens.slice(0, index).map(({ id }) => id);
  const given = tokens[index]!.id;
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
  if (few.some(({ token }) => token === given)) return few;
  const found = (await ask(model.vocab)).find(({ token }) => token === given);
  return found ? [...few, found] : few;
}

/** Shows in bars what could stand in the place of the token that is looked at, in the text that `evidenceOf` gives. */
export function showBarsOnLook(
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
    if (element.selected !== index || evidenceOf() !== evidence) return; // another one is looked at by now
    bars.setAttribute('label', `${captionOf(evidence, index)} (id ${token.id})`);
    bars.bars = choices.map(({ token: id, logprob, probability }, i): Bar => {
      return { text: texts[i] ?? '', id, before: Math.exp(logprob), after: probability, chosen: id === token.id };
    });
  });
}

/** What tokens that could stand at a place are called: their texts, or the character that they complete, or are a part of. */
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
  return `What could stand in place of token ${index + 1}${index < promptLength ? ', which was given' : ''}`;
}
