import { fixed, grouped, make } from '@residual/appkit';
import { lossCurve } from '../../learning/loss-curve.js';
import { featureCount } from './setup.js';
import type { TrainingReport } from './train.js';
import type { FeatureList, LearningStep, Written } from './types.js';

const words = {
  caption: 'The error of the rebuilt vectors, step by step.',
  baseline: 'every vector as the mean of all',
};

/** How the training goes: the loss as it falls, and its figures. */
export interface ProgressView extends TrainingReport {
  readonly element: HTMLElement;
  /** The number of steps so far. */
  readonly steps: number;
  /** Says what came out, after all steps or fewer. */
  learned(list: FeatureList): void;
  /** Says that it was stopped before anything was learned. */
  stopped(): void;
  clear(): void;
}

/** Builds the view of a training. */
export function progressView(): ProgressView {
  const curve = lossCurve(words);
  const bar = make('progress', { max: 1, value: 0 });
  bar.setAttribute('aria-label', 'How far this is');
  const told = make('p', { className: 'answer', id: 'features-status', role: 'status' });
  const story = make('p', { className: 'features-story' });
  const tiles = { step: tile('step'), loss: tile('loss'), explained: tile('explained'), alive: tile('alive') };
  const figures = make('dl', { className: 'features-figures' }, ...Object.values(tiles).flatMap(({ parts }) => parts));
  const side = make('div', { className: 'side' }, told, bar, story, figures);
  const element = make('div', { className: 'two', id: 'features-progress', hidden: true }, curve.element, side);
  let [last, of]: [LearningStep | undefined, number] = [undefined, 0];
  const phase = (text: string, part: number | undefined) => {
    element.hidden = false;
    if (told.textContent !== text) told.textContent = text;
    bar.hidden = part === undefined;
    bar.value = part ?? 0;
  };
  const clear = () => {
    last = undefined;
    [element.hidden, figures.hidden] = [true, true];
    for (const { value } of Object.values(tiles)) value.textContent = '–';
    [told.textContent, story.textContent] = ['', ''];
    curve.clear();
  };
  clear();
  return {
    element,
    get steps() {
      return last?.step ?? 0;
    },
    writing: (written: Written | undefined, stories: number): void => {
      if (!written) clear();
      phase(`First the model writes ${stories} stories, to have something to read.`, (written?.stories ?? 0) / stories);
      if (written) story.textContent = `“${written.latest}…”`;
    },
    learning: (step: LearningStep, steps: number): void => {
      if (!last) curve.begin(step.loss / (1 - step.explainedVariance));
      [last, of] = [step, steps];
      story.textContent = '';
      figures.hidden = false;
      phase('Now it learns to rebuild the vectors of these stories.', step.step / steps);
      curve.add(step.loss);
      tiles.step.value.textContent = `${step.step} of ${steps}`;
      tiles.loss.value.textContent = fixed(step.loss, 1);
      tiles.explained.value.textContent = `${fixed(100 * step.explainedVariance, 1)}%`;
      tiles.alive.value.textContent = `${grouped(step.alive)} of ${grouped(featureCount)}`;
    },
    looking: ({ done, total }): void => phase('It looks up which stories each feature answers to.', done / total),
    learned: ({ tokens, features }): void => {
      const { step, explainedVariance } = last!;
      const when = step < of ? `Stopped after ${step} of ${of} steps` : `After ${step} steps`;
      const share = `${fixed(100 * explainedVariance, 1)}%`;
      const where = `Here are the ${features.length} that fire most clearly in the ${grouped(tokens)} tokens.`;
      phase(`${when} the features explain ${share} of how the vectors differ. ${where}`, undefined);
    },
    stopped: (): void => {
      clear();
      phase('Stopped, with nothing learned yet.', undefined);
    },
    clear,
  };
}

const names = { step: 'step', loss: 'loss', explained: 'explained variance', alive: 'features alive' };

function tile(name: keyof typeof names) {
  const value = make('dd', { id: `features-${name}` });
  return { parts: [make('div', {}, make('dt', {}, names[name]), value)], value };
}
