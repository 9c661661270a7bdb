import { ResidualError } from '@residual/base';
import { pathMatcher } from '@residual/layers';
import type { WeightForms } from '@residual/model';
import { InvalidArgumentError } from 'commander';
import { type FormName, weightForms } from '../runtime/model.js';

/** The form of the matrices whose paths match a pattern. */
export interface FormRule {
  readonly pattern: string;
  readonly form: FormName;
}

/** Rules `PATTERN=FORM` of an option, one after the other. */
export function formRules(text: string, before: readonly FormRule[] = []): FormRule[] {
  const [, pattern, name] = /^([^=]+)=([^=]+)$/.exec(text) ?? [];
  const form = weightForms.find(each => each === name);
  if (pattern !== undefined && form !== undefined) return [...before, { pattern, form }];
  throw new InvalidArgumentError(`It must be PATTERN=FORM, such as encoder.**=f16; forms: ${weightForms.join(', ')}.`);
}

/** The forms by path that rules and a form for all other matrices give, and the check that no rule is idle. */
export interface RuledForms {
  /** The first rule that matches a path decides, else `others`. */
  readonly formsOr: (others: FormName) => WeightForms;
  /** Errors if a rule has matched no path. */
  readonly expectAllUsed: () => void;
}

/** Reads the patterns of rules. Errors, naming the caller, for one that is none. */
export function ruledForms(caller: string, rules: readonly FormRule[]): RuledForms {
  const matchers = rules.map(({ pattern, form }) => ({ pattern, form, fits: pathMatcher(caller, [pattern]) }));
  const unused = new Set(matchers);
  return {
    formsOr: others => path => {
      const matching = matchers.filter(({ fits }) => fits(path));
      for (const each of matching) unused.delete(each);
      return matching[0]?.form ?? others;
    },
    expectAllUsed: () => {
      const [idle] = unused;
      if (!idle) return;
      const what = `${caller}: --keep ${idle.pattern}=${idle.form} matches no matrix`;
      throw new ResidualError('option', `${what}; residual describe shows the paths`);
    },
  };
}
