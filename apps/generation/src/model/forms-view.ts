import { type OfferedForm, showForms, wireForms } from '@residual/appkit';
import type { Step } from '@residual/model';
import type { RemoteModel } from '@residual/model/worker';
import { readControls } from '../controls.js';
import type { Session } from '../session.js';
import { comparedForms, formsSentence, type WrittenForm } from './forms.js';

/** The tokens that each form writes, of which all but the first are timed. */
const tokensToWrite = 24;
/** How many of the likeliest next tokens are named, and how many are asked for to find those again. */
const [named, asked] = [4, 64];

/** Wires the comparison of the forms of weights. */
export function formsView(session: Session): void {
  const start = () => {
    const { prompt } = readControls();
    return (form: OfferedForm) => session.inForm(form, model => write(model, form, prompt));
  };
  wireForms('Writing', start, async (table, written) => {
    const { tokens, rows } = comparedForms(written, named);
    const texts = (await session.textsOf(tokens)).map(text => `“${text.trim() || text}”`);
    showForms(table, 'What each form takes, and what it expects next', texts, rows);
    return formsSentence(written);
  });
}

/** Lets a model write and measures it. */
async function write(model: RemoteModel, form: OfferedForm, prompt: string): Promise<WrittenForm> {
  const { bytes } = await model.describe();
  const tokens: number[] = [];
  let first: Step | undefined;
  let begin = 0;
  const options = { temperature: 0, maxNewTokens: tokensToWrite, eosTokenId: [], topLogprobs: asked };
  for await (const step of model.generate(prompt, options)) {
    if (!first) [first, begin] = [step, performance.now()];
    tokens.push(step.token);
  }
  const seconds = (performance.now() - begin) / 1000;
  const next = new Map(first!.topLogprobs.map(({ token, logprob }) => [token, Math.exp(logprob)]));
  return { form, bytes, tokens, tokensPerSecond: (tokens.length - 1) / seconds, next };
}
