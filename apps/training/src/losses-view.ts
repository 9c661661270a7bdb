import { byId } from '@residual/appkit';
import { Chart } from '@residual/appkit/chart';
import type { EvaluationEvent, StepEvent } from '@residual/train';

/** The losses at a step: training and, at an evaluation, validation. */
export type Losses = readonly [step: number, training: number | null, validation: number | null];

/** The decay of the running mean. */
const meanDecay = 0.9;

/** The losses of training and validation by step, with the running mean of the training loss. */
export function lossesView() {
  const chart = new Chart(byId('gpt-chart'), 'Loss of the character GPT', [
    { label: 'training', colour: '--faint', width: 1 },
    { label: 'its running mean', colour: '--residual-accent', width: 2 },
    { label: 'validation', colour: '--second', width: 2, marked: true },
  ]);
  let all: Losses[] = [];
  let sum = 0;
  let weight = 0;
  const put = ([step, training, validation]: Losses) => {
    all.push([step, training, validation]);
    if (training !== null) {
      sum = meanDecay * sum + training;
      weight = meanDecay * weight + 1;
    }
    chart.add(step, [training, training === null ? null : sum / weight, validation]);
  };
  const clear = () => {
    [all, sum, weight] = [[], 0, 0];
    chart.clear();
  };
  return {
    get all(): readonly Losses[] {
      return all;
    },
    clear,
    add: ({ type, step, loss }: StepEvent | EvaluationEvent) =>
      put(type === 'step' ? [step, loss, null] : [step, null, loss]),
    restore: (losses: readonly Losses[]) => {
      clear();
      for (const each of losses) put(each);
    },
  };
}
