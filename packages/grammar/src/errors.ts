import { ResidualError } from '@residual/base';

/**
 * An error whose message begins with `grammar: `. Codes: `option` (a schema, expression or grammar that is wrong or not
 * understood), `grammar` (one that no text obeys, or that this tokenizer cannot write).
 */
export const grammarError = (code: 'option' | 'grammar', message: string): ResidualError =>
  new ResidualError(code, `grammar: ${message}`);
