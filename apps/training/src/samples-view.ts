import { byId, make } from '@residual/appkit';
import { formatLoss } from '@residual/appkit/chart';
import type { EvaluationEvent, StepEvent } from '@residual/train';
import type { RemoteTraining } from '@residual/train/worker';
import { controls } from './controls.js';
import type { GptRequests } from './work/character-gpt.js';

/** The length of a sample in characters. */
const characters = 160;

/** A text that was sampled at a step. */
export interface Sample {
  readonly step: number;
  readonly loss: number;
  readonly text: string;
}

/** Samples of the model as it learns, newest first. */
export function samplesView() {
  const list = byId('samples');
  list.tabIndex = 0; // the list scrolls
  let all: Sample[] = [];
  const put = (sample: Sample) => {
    const { step, loss, text } = sample;
    all.push(sample);
    const words = make('p', { textContent: text });
    list.prepend(make('li', {}, make('small', { textContent: `step ${step}, loss ${formatLoss(loss)}` }), words));
  };
  return {
    get all(): readonly Sample[] {
      return all;
    },
    clear: () => {
      all = [];
      list.replaceChildren();
    },
    put,
    /** Samples a text from the model and shows it. */
    take: async ({ step, loss }: EvaluationEvent | StepEvent, job: RemoteTraining<GptRequests>) => {
      const { beginning, temperature, gptSeed: seed } = controls();
      put({ step, loss, text: await job.ask('sample', { beginning, characters, temperature, seed }) });
    },
  };
}
