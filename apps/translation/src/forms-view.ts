import { formNames, type MeasuredForm, type OfferedForm, showForms, wireForms } from '@residual/appkit';
import type { RemoteModel } from '@residual/model/worker';
import { readControls } from './controls.js';
import type { Session } from './session.js';

/** Wires the comparison of the forms of weights: the text is translated greedily with each. */
export function formsView(session: Session): void {
  const start = () => {
    const { text } = readControls();
    return (form: OfferedForm) => session.inForm(form, model => translate(model, form, text));
  };
  wireForms('Translating', start, (table, rows) => {
    showForms(table, 'What each form takes, and what it writes', ['a token, on average', 'the translation'], rows);
    return sameSentence(rows.map(({ form, cells }) => [form, cells.at(-1)!]));
  });
}

/** Translates a text and measures it. */
async function translate(model: RemoteModel, form: OfferedForm, text: string): Promise<MeasuredForm> {
  const { bytes } = await model.describe();
  await model.translate(text).result(); // the first call also prepares the steps
  const before = performance.now();
  const { translation, tokens, segments } = await model.translate(text).result();
  const seconds = (performance.now() - before) / 1000;
  const [logprob, scored] = segments.reduce(
    (sum, each) => [sum[0]! + each.logprob, sum[1]! + each.scoredTokens],
    [0, 0],
  );
  const average = scored === 0 ? 'none' : `${(100 * Math.exp(logprob! / scored!)).toFixed(1)} %`;
  return { form, bytes, tokensPerSecond: tokens.length / seconds, cells: [average, translation] };
}

/** Which forms write what the first writes, as a sentence. */
export function sameSentence(texts: readonly (readonly [form: OfferedForm, text: string])[]): string {
  const [[, first], ...others] = texts as [readonly [OfferedForm, string], ...(readonly [OfferedForm, string])[]];
  const named = (forms: typeof others) => forms.map(([form]) => formNames[form]).join(', ');
  const [same, other] = [others.filter(([, text]) => text === first), others.filter(([, text]) => text !== first)];
  if (other.length === 0) return 'All forms write the same translation.';
  if (same.length === 0) return `Another translation than that of 32 bits: ${named(other)}.`;
  return `The translation of 32 bits: ${named(same)}. Another one: ${named(other)}.`;
}
