import { make } from '@residual/appkit';
import type { Remote } from '@residual/appkit/calls';
import type { Settings } from '../../../settings.js';
import type { Calls } from './calls.js';
import { factsView } from './facts-view.js';
import { listView } from './list-view.js';
import { bounded } from './settings.js';
import { storiesView } from './stories-view.js';
import type { FeatureList } from './types.js';
import type { FeaturesLook } from './view.js';

/** The features that were learned, the chosen one, and a story that it steers. */
export function chosenView(calls: Remote<Calls>, part: HTMLElement, change: (settings: Partial<Settings>) => void) {
  const list = listView(feature => change({ feature }));
  const facts = factsView();
  const stories = storiesView(change);
  const element = make('div', { className: 'features-results', hidden: true }, list.element, facts.element);
  element.append(stories.element);
  let showing = new AbortController();
  let shown: { list?: FeatureList; feature?: number; story?: string } = {};

  const clear = () => {
    showing.abort();
    shown = {};
    element.hidden = true;
    delete part.dataset.chosen;
  };
  const showFacts = async (learned: FeatureList, feature: number, signal: AbortSignal) => {
    if (shown.list === learned && shown.feature === feature) return;
    const found = await calls.facts(feature, signal);
    signal.throwIfAborted();
    shown = { ...shown, list: learned, feature };
    facts.show(found, feature);
    stories.element.hidden = !found;
  };
  const tell = async ({ settings, sentence }: FeaturesLook, feature: number, signal: AbortSignal) => {
    const [strength, seed] = [bounded(settings, 'featureStrength'), bounded(settings, 'storySeed')];
    stories.steered(sentence, undefined, feature, strength);
    if (shown.story !== `${seed} ${sentence}`) {
      stories.plain(sentence, undefined);
      const text = await calls.tell(sentence, seed, undefined, signal);
      signal.throwIfAborted();
      stories.plain(sentence, text);
      shown.story = `${seed} ${sentence}`;
    }
    const text = await calls.tell(sentence, seed, { feature, strength }, signal);
    signal.throwIfAborted();
    stories.steered(sentence, text, feature, strength);
  };
  return {
    element,
    clear,
    show: async (look: FeaturesLook, learned: FeatureList | undefined): Promise<void> => {
      showing.abort();
      stories.show(look.settings);
      if (!learned) return;
      const { signal } = (showing = new AbortController());
      const { feature: wanted } = look.settings;
      const feature = wanted < 0 ? (learned.features[0]?.feature ?? 0) : wanted;
      element.hidden = false;
      part.dataset.chosen = 'busy';
      list.show(learned, feature);
      await showFacts(learned, feature, signal);
      if (!stories.element.hidden) await tell(look, feature, signal);
      part.dataset.chosen = 'ready';
    },
  };
}
