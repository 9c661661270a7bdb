import { formNames, type MeasuredForm, type OfferedForm } from '@residual/appkit';

/** What a model wrote with its weights in a form. */
export interface WrittenForm {
  readonly form: OfferedForm;
  /** The bytes of its weights. */
  readonly bytes: number;
  readonly tokensPerSecond: number;
  readonly tokens: readonly number[];
  /** The probabilities of the likeliest first tokens. */
  readonly next: ReadonlyMap<number, number>;
}

/** The likeliest next tokens of the first form, and a row of each form with their probabilities. */
export function comparedForms(
  forms: readonly WrittenForm[],
  named: number,
): { readonly tokens: readonly number[]; readonly rows: readonly MeasuredForm[] } {
  const tokens = [...forms[0]!.next.keys()].slice(0, named);
  const share = (probability: number | undefined) =>
    probability === undefined ? 'less' : `${(100 * probability).toFixed(1)} %`;
  const rows = forms.map(({ form, bytes, tokensPerSecond, next }) => {
    return { form, bytes, tokensPerSecond, cells: tokens.map(token => share(next.get(token))) };
  });
  return { tokens, rows };
}

/** How far each form writes the same as the first, as a sentence. */
export function formsSentence(forms: readonly WrittenForm[]): string {
  const [first, ...others] = forms as [WrittenForm, ...WrittenForm[]];
  const sentences = others.map(({ form, tokens }) => {
    const at = tokens.findIndex((token, i) => token !== first.tokens[i]);
    if (at < 0) return `in ${formNames[form]} it writes the same ${tokens.length} tokens`;
    return `in ${formNames[form]} it parts at token ${at + 1}`;
  });
  return `Beside 32 bits: ${sentences.join('; ')}.`;
}
