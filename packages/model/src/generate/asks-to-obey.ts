import type { GrammarOptions } from '@residual/grammar';

/** Whether a call says what its texts obey; only then the package that knows how is loaded. */
export const asksToObey = ({ schema, whitespace, regex, grammar }: GrammarOptions): boolean =>
  [schema, whitespace, regex, grammar].some(value => value !== undefined);
