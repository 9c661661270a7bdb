import { fixed } from '@residual/appkit';
import type { Backward } from './work/backward.js';

/** A part of the small net: a node, or the edge of a weight. */
export type FlowPart =
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'hidden'; readonly index: number }
  | { readonly kind: 'up'; readonly from: number; readonly to: number }
  | { readonly kind: 'down'; readonly from: number }
  | { readonly kind: 'output' };

/** The stages of one update, in order. */
export const stages = ['forward', 'loss', 'backward', 'update'] as const;
/** A stage of one update. */
export type Stage = (typeof stages)[number];

/** One example in the net: its inputs, then its target; the values, the gradients and the learning rate. */
export interface Flow extends Backward {
  readonly example: readonly number[];
  readonly learningRate: number;
}

const inputs = 2;
/** A number as it is written in the drawing. */
export const say = (value: number): string =>
  fixed(value, 2)
    .replace('-', '−')
    .replace(/^−(0\.00)$/, '$1');
/** A whole number with a minus sign. */
export const sayTarget = (value: number): string => String(value).replace('-', '−');
/** How the loss comes about. */
export const lossFormula = ({ values, example, loss }: Flow): string =>
  `${gap(values.output[0]!, example[inputs]!)}² = ${say(loss)}`;
/** The difference between the answer and the target. */
const gap = (output: number, target: number): string =>
  `(${say(output)} ${target < 0 ? '+' : '−'} ${sayTarget(Math.abs(target))})`;
const inBrackets = (value: number) => (value < 0 ? `(${say(value)})` : say(value));

/** What a stage has done, in a sentence with its numbers. */
export function stageSentence(stage: Stage, flow: Flow, after?: number): string {
  const { example, values, gradients, learningRate } = flow;
  const [output, target] = [values.output[0]!, sayTarget(example[inputs]!)];
  const given = `${sayTarget(example[0]!)} and ${sayTarget(example[1]!)}`;
  if (stage === 'forward')
    return `Forward: the inputs ${given} flow through the net, and its answer is ${say(output)}.`;
  if (stage === 'loss') return `Loss: the answer should be ${target}, so the loss is ${lossFormula(flow)}.`;
  if (stage === 'backward') {
    const slope = gradients.output[0]!;
    const { from, value } = largest(gradients.down);
    return (
      `Backward: the answer is too ${slope > 0 ? 'large' : 'small'}, so its gradient is ${say(slope)}. Of the weights ` +
      `that lead to it, the one of neuron ${from + 1} has the largest gradient, ${say(value)}.`
    );
  }
  const now = after === undefined ? '' : ` For ${given} the net now answers ${say(after)} instead of ${say(output)}.`;
  return `Update: each weight moves by −${learningRate} times its gradient.${now}`;
}

function largest(numbers: ArrayLike<number>): { readonly from: number; readonly value: number } {
  const all = Array.from(numbers, (value, from) => ({ from, value }));
  return all.reduce((most, one) => (Math.abs(one.value) > Math.abs(most.value) ? one : most));
}

/** The value of a part: what a node holds, or a weight. */
export function partValue(part: FlowPart, { values, example }: Flow): number {
  if (part.kind === 'input') return example[part.index]!;
  if (part.kind === 'hidden') return values.hidden[part.index]!;
  if (part.kind === 'output') return values.output[0]!;
  return part.kind === 'up' ? values.up[part.to * inputs + part.from]! : values.down[part.from]!;
}

/** The gradient of the loss with respect to a part; undefined for an input, which is given. */
export function partGradient(part: FlowPart, { gradients }: Flow): number | undefined {
  if (part.kind === 'input') return undefined;
  if (part.kind === 'hidden') return gradients.hidden[part.index]!;
  if (part.kind === 'output') return gradients.output[0]!;
  return part.kind === 'up' ? gradients.up[part.to * inputs + part.from]! : gradients.down[part.from]!;
}

/** What a part holds, and once the gradients have flowed back, how its gradient comes about by the chain rule. */
export function partSentence(part: FlowPart, flow: Flow, knowsGradients: boolean): string {
  const { values, gradients, example, learningRate } = flow;
  const value = partValue(part, flow);
  const gradient = partGradient(part, flow);
  switch (part.kind) {
    case 'input':
      return `Input ${part.index + 1} is ${say(value)}. It is given, and does not learn.`;
    case 'output': {
      const target = example[inputs]!;
      const is = `The answer is ${say(value)}, the target ${sayTarget(target)}.`;
      if (!knowsGradients) return is;
      return `${is} The slope of the loss is 2 · ${gap(value, target)} = ${say(gradient!)}.`;
    }
    case 'hidden': {
      const is =
        `Neuron ${part.index + 1} adds its own ${say(values.upBias[part.index]!)} to what comes in, and bends the sum ` +
        `${say(values.sums[part.index]!)} to ${say(value)}.`;
      if (!knowsGradients) return is;
      const [weight, ahead] = [values.down[part.index]!, gradients.output[0]!];
      return (
        `${is} Its gradient is ${inBrackets(weight)} · ${inBrackets(ahead)} = ${say(gradient!)}, and before the bend, ` +
        `times 1 − ${inBrackets(value)}², ${say(gradients.sums[part.index]!)}.`
      );
    }
    default: {
      const isUp = part.kind === 'up';
      const name = isUp ? `input ${part.from + 1} to neuron ${part.to + 1}` : `neuron ${part.from + 1} to the answer`;
      const behind = isUp ? example[part.from]! : values.hidden[part.from]!;
      const is = `The weight from ${name} is ${say(value)}; it carries ${inBrackets(behind)} · ${inBrackets(value)} = `;
      if (!knowsGradients) return `${is}${say(behind * value)}.`;
      const ahead = isUp ? gradients.sums[part.to]! : gradients.output[0]!;
      return (
        `${is}${say(behind * value)}. Its gradient is ${inBrackets(behind)} · ${inBrackets(ahead)} = ` +
        `${say(gradient!)}, so the update moves it by ${say(-learningRate * gradient!)}.`
      );
    }
  }
}
