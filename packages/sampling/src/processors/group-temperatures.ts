import { expectInteger, expectOption, expectPositive } from '../errors.js';
import { type Processor, processor } from '../processor.js';
import { logSumExp } from '../softmax.js';

/** The temperature of tokens whose ids follow each other. */
export interface GroupTemperature {
  /** The first token of the group. */
  readonly from: number;
  /** The first token behind it. */
  readonly to: number;
  /** Below 1 makes the choice among the tokens of the group sharper, above 1 flatter. */
  readonly temperature: number;
}

/**
 * A temperature for the choice within groups of tokens: p(token | group) becomes p^(1 / temperature), normalized, and
 * the probability of the group stays. So points of a drawing can be chosen more carefully than whether the pen is
 * lifted. Logits [vocab] to logits [vocab]. Throws if a group has no token or a temperature is not above 0.
 */
export function groupTemperatures(groups: readonly GroupTemperature[]): Processor {
  expectOption(Array.isArray(groups), 'groupTemperatures', groups, 'a list of { from, to, temperature }');
  for (const group of groups) {
    const { from, to, temperature } = Object(group) as GroupTemperature;
    expectInteger('from of groupTemperatures', from, 0);
    expectInteger('to of groupTemperatures', to, from + 1);
    expectPositive('temperature of groupTemperatures', temperature);
  }
  return processor(row => {
    for (const { from, to, temperature } of groups) {
      const group = row.subarray(from, to);
      if (temperature === 1 || !group.some(logit => logit > -Infinity)) continue;
      const before = logSumExp(group);
      for (let i = 0; i < group.length; i++) group[i]! /= temperature;
      const shift = before - logSumExp(group);
      for (let i = 0; i < group.length; i++) group[i]! += shift;
    }
  });
}
