import { attempt, make, singleRun } from '@residual/appkit';
import type { Tour } from '../../../frame/tour.js';
import type { Settings } from '../../../settings.js';
import type { Calls } from './calls.js';
import { chosenView } from './chosen-view.js';
import { controlsView } from './controls.js';
import { progressView } from './progress-view.js';
import { bounded } from './settings.js';
import { activeFeatures, featureCount } from './setup.js';
import { train } from './train.js';
import type { FeatureList } from './types.js';

/** What the part shows. */
export interface FeaturesLook {
  readonly settings: Settings;
  /** The sentence of the page, which a story continues. */
  readonly sentence: string;
}

/** The open part. */
export interface FeaturesView {
  /** Shows the settings and, once features were learned, the chosen one and its story. */
  show(look: FeaturesLook): Promise<void>;
  /** Stops what is being learned; what was learned so far stays. */
  stop(): Promise<void>;
}

const explanation = [
  'Read the texts of the strongest neurons above: many of them answer to several things that have nothing in common. ' +
    'The model has more to say than it has neurons, so it mixes. Here a second, small network learns to take the ' +
    'mixture apart. It sees only the vectors between block 3 and block 4, and must rebuild each one from ' +
    `${activeFeatures} of ${featureCount.toLocaleString('en')} directions, its features.`,
  'Nobody tells it what a bear is, or a question. Yet many of its features come to mean one thing. It is called a ' +
    'sparse autoencoder, and it knows nothing until you train it.',
];

/** Trains a sparse autoencoder, lists its features, shows what the chosen one answers to and how it steers a story. */
export function featuresView(place: HTMLElement, part: HTMLElement, { calls: connect, state }: Tour): FeaturesView {
  const calls = connect<Calls>('features');
  const runs = singleRun();
  const progress = progressView();
  const controls = controlsView(change => state.set(change));
  const chosen = chosenView(calls, part, change => state.set(change));
  place.append(...explanation.map(text => make('p', {}, text)), controls.form, progress.element, chosen.element);
  let learned: FeatureList | undefined;
  let latest: FeaturesLook;

  const become = (mode: 'empty' | 'running' | 'learned') => {
    controls.mode = mode;
    part.dataset.state = mode;
  };
  const show = () => {
    controls.show(latest.settings);
    return chosen.show(latest, learned);
  };
  const forget = async () => {
    learned = undefined;
    become('empty');
    chosen.clear();
    await calls.end();
  };
  const learn = async () => {
    await runs.start(async signal => {
      await forget();
      become('running');
      const [stories, steps, seed] = (['featureStories', 'featureSteps', 'featureSeed'] as const).map(name =>
        bounded(latest.settings, name),
      ) as [number, number, number];
      try {
        learned = await train(calls, { stories, steps, seed }, progress, signal);
        progress.learned(learned);
        become('learned');
      } catch (error) {
        await forget();
        if (!signal.aborted) {
          progress.clear();
          throw error;
        }
        progress.stopped();
      }
    });
    const { steps } = progress;
    if (learned && steps !== latest.settings.featureSteps)
      state.set({ featureSteps: steps }); // a link learns the same
    else await show();
  };

  const stop = async () => {
    if (!runs.isRunning) return;
    controls.mode = 'ending';
    await runs.end();
  };

  controls.form.addEventListener('submit', event => {
    event.preventDefault();
    attempt(() => (runs.isRunning ? stop() : learn()));
  });
  controls.forget.addEventListener('click', () =>
    attempt(async () => {
      controls.train.focus();
      progress.clear();
      await forget();
    }),
  );
  become('empty');
  return {
    show: look => {
      latest = look;
      return show();
    },
    stop,
  };
}
