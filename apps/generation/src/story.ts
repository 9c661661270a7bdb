import type { Bar, BarsElement, ShownToken, TokenDetail, TokensElement } from '@residual/elements';
import type { GenerateOptions, Step } from '@residual/model';
import type { Session } from './session.js';
import type { Settings } from './settings.js';

/** How many of the likeliest tokens are shown. */
const alternatives = 10;

/** The options of `generate` that settings stand for; greedy takes no filters. */
export function optionsOf(settings: Settings, vocab: number): GenerateOptions {
  const { mode, temperature, topK, topP, seed, maxNewTokens } = settings;
  if (mode === 'greedy' || temperature === 0) return { temperature: 0, maxNewTokens, top: alternatives };
  return { temperature, topK: topK === 0 ? vocab : topK, topP, seed, maxNewTokens, top: alternatives };
}

/** What a step's evidence is as bars; the token that was taken is among them also where it was unlikely. */
export async function barsOf(session: Session, step: Step): Promise<readonly Bar[]> {
  const isIn = step.top.some(({ token }) => token === step.token);
  const choices = isIn ? step.top : [...step.top, step];
  const texts = await session.textsOf(choices.map(({ token }) => token));
  return choices.map(({ token, logprob, probability }, i) => ({
    text: texts[i]!,
    id: token,
    before: Math.exp(logprob),
    after: probability,
    chosen: token === step.token,
  }));
}

/** The tokens of a prompt, as they are shown. */
export async function promptTokens(session: Session, prompt: string): Promise<ShownToken[]> {
  const ids = await session.model.tokensOf(prompt);
  const texts = await session.textsOf(ids);
  return ids.map((id, i) => ({ id, text: texts[i]!, given: true }));
}

/** What a run of the story came to. */
export interface Run {
  readonly text: string;
  readonly tokens: number;
  /** New tokens a second, from the first to the last. */
  readonly speed: number;
  readonly finish: string;
}

/** Writes a text into an element token by token; an abort ends it with what is there. */
export async function write(
  session: Session,
  element: TokensElement,
  settings: Settings,
  { signal, onStep }: { signal: AbortSignal; onStep?: (step: Step, run: Run) => void },
): Promise<Run> {
  const { model } = session;
  element.tokens = await promptTokens(session, settings.prompt);
  let run: Run = { text: '', tokens: 0, speed: 0, finish: 'stopped' };
  let first = 0;
  try {
    for await (const step of model.generate(settings.prompt, { ...optionsOf(settings, model.vocab), signal })) {
      const now = performance.now();
      const tokens = run.tokens + 1;
      if (tokens === 1) first = now;
      const speed = tokens > 1 ? ((tokens - 1) * 1000) / (now - first) : 0;
      run = { text: run.text + step.text, tokens, speed, finish: step.finishReason ?? 'stopped' };
      const [text] = await session.textsOf([step.token]);
      element.push({ id: step.token, text: text! });
      onStep?.(step, run);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return run;
}

/** Shows the bars of the step whose token is looked at; the steps may still grow. */
export function showBarsOnLook(
  session: Session,
  element: TokensElement,
  bars: BarsElement,
  stepsOf: () => { readonly steps: readonly Step[]; readonly promptLength: number },
): void {
  element.addEventListener('residual-token', async event => {
    const { index, token } = (event as CustomEvent<TokenDetail>).detail;
    const { steps, promptLength } = stepsOf();
    const step = steps[index - promptLength];
    const shown = step ? await barsOf(session, step) : [];
    if (element.selected !== index) return; // another one is looked at by now
    const what = step ? `What could stand in place of token ${index + 1}` : `Token ${index + 1} was given, not chosen`;
    bars.setAttribute('label', `${what} (id ${token.id})`);
    bars.bars = shown;
  });
}
