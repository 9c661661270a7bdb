import { byId, fixed, on } from '@residual/appkit';
import { controls } from './controls.js';
import type { GptJob } from './gpt-snapshots.js';
import { centredGround } from './net-ground.js';

/** The ground: its points along each direction, and its reach in lengths of each neuron's weights. */
const survey = { size: 11, radius: 1 } as const;

/** The ground around the weights of the GPT, which is measured when the visitor asks for it. */
export interface GptGround {
  /** Shows how much of the ground is measured. */
  progress(share: number): void;
  /** Allows to measure the ground of a job. */
  offer(job: GptJob): void;
}

/** Wires the button that measures the ground, and stops it. */
export function gptGround(): GptGround {
  const ground = centredGround('gpt-ground', 'The ground around the weights of the GPT', loss => loss, 'lowest');
  const [button, bar] = [byId<HTMLButtonElement>('gpt-survey'), byId<HTMLProgressElement>('gpt-survey-progress')];
  let job: GptJob | undefined;
  let running: AbortController | undefined;

  on('gpt-survey', 'click', async () => {
    if (running) return running.abort();
    if (!job) return;
    running = new AbortController();
    [button.textContent, bar.hidden, bar.value] = ['Stop measuring', false, 0];
    try {
      const { signal } = running;
      const landscape = await job.ask('survey', { ...survey, seed: controls().gptSeed }, { signal });
      const { middle, edge } = ground.show(landscape);
      byId('gpt-ground-note').textContent =
        `The ball lies at a loss of ${fixed(middle, 2)}; at the edges it is ${fixed(edge, 2)} on average.`;
    } finally {
      running = undefined;
      [button.textContent, bar.hidden] = ['Measure the ground', true];
    }
  });
  return {
    progress: share => {
      bar.value = share;
    },
    offer: next => {
      job = next;
      button.disabled = false;
    },
  };
}
