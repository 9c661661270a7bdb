import type { WeightForm } from '@residual/model';
import { megabytes } from './format.js';
import { byId, make, on } from './page.js';

/** The forms of weights that a page compares, from the largest. */
export const weightForms = ['f32', 'f16', 'int8', 'int4'] as const satisfies readonly WeightForm[];

/** One of these forms. */
export type OfferedForm = (typeof weightForms)[number];

/** What a page offers for its model: a form, or `auto`, which is that of the file if it is packed, else 32 bits. */
export const weightChoices = ['auto', ...weightForms] as const;

/** One of these choices. */
export type WeightChoice = (typeof weightChoices)[number];

/** A choice as an option of `loadModel`. */
export const weightsOf = (choice: WeightChoice): { readonly weights?: OfferedForm } =>
  choice === 'auto' ? {} : { weights: choice };

/** How many bits of memory a weight takes on average, in words: `8.8 bits`. */
export const bitsOf = (bytes: number, parameters: number): string => `${((8 * bytes) / parameters).toFixed(1)} bits`;

/** The forms in words. */
export const formNames: Readonly<Record<OfferedForm, string>> = {
  f32: '32 bits',
  f16: '16 bits',
  int8: '8 bits',
  int4: '4 bits',
};

/** The options of a select of choices. */
export const formOptions = (): HTMLOptionElement[] => [
  new Option('auto', 'auto'),
  ...weightForms.map(form => new Option(formNames[form], form)),
];

/** What was measured of one form. */
export interface MeasuredForm {
  readonly form: OfferedForm;
  /** The bytes of the weights in memory. */
  readonly bytes: number;
  readonly tokensPerSecond: number;
  /** The cells that follow, one for each of the columns. */
  readonly cells: readonly string[];
}

/**
 * Wires the button `compare-forms`: at a click `start` gives what measures a form, which does so with one after the
 * other. Then it shows what `show` makes of them in the table `forms`, and its sentence in `forms-result`. `doing` says
 * what happens meanwhile, such as Writing.
 */
export function wireForms<Measured>(
  doing: string,
  start: () => (form: OfferedForm) => Promise<Measured>,
  show: (table: HTMLTableElement, measured: readonly Measured[]) => Promise<string> | string,
): void {
  const table = byId<HTMLTableElement>('forms');
  const button = byId<HTMLButtonElement>('compare-forms');
  const result = byId('forms-result');
  on('compare-forms', 'click', async () => {
    const measure = start();
    const measured: Measured[] = [];
    button.disabled = true;
    try {
      for (const form of weightForms) {
        result.textContent = `${doing} with each weight in ${formNames[form]}`;
        measured.push(await measure(form));
      }
    } finally {
      button.disabled = false;
      result.textContent = '';
    }
    result.textContent = await show(table, measured);
    table.hidden = false;
  });
}

/** Shows what was measured as a table with a row for each form, and with these columns after bytes and speed. */
export function showForms(
  table: HTMLTableElement,
  caption: string,
  columns: readonly string[],
  rows: readonly MeasuredForm[],
): void {
  const heads = ['Each weight in', 'MB in memory', 'tokens a second', ...columns];
  const row = ({ form, bytes, tokensPerSecond, cells }: MeasuredForm) =>
    make(
      'tr',
      {},
      make('th', { scope: 'row', textContent: formNames[form] }),
      ...[megabytes(bytes), tokensPerSecond.toFixed(0), ...cells].map(textContent => make('td', { textContent })),
    );
  table.replaceChildren(
    make('caption', { textContent: caption }),
    make('thead', {}, make('tr', {}, ...heads.map(textContent => make('th', { scope: 'col', textContent })))),
    make('tbody', {}, ...rows.map(row)),
  );
}
