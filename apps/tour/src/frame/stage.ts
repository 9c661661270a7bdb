import { reportFailure, watchSight } from '@residual/appkit';
import { sentenceOf } from '../settings.js';
import type { Section } from './section.js';
import type { Step, Update } from './step.js';
import type { Tour } from './tour.js';

/**
 * Brings a step to life: its view is loaded when the section comes near, and updated after each change of the sentence
 * or of its settings, while it is near. The section has `data-state` `ready` when its picture shows the settings.
 */
export function stageOf(step: Step, { element, picture }: Section, tour: Tour): void {
  let update: Promise<Update> | undefined;
  let [isNear, isStale] = [false, true];
  let running = new AbortController();

  const refresh = async () => {
    if (!isNear || !isStale) return;
    isStale = false;
    element.dataset.state = 'busy';
    running.abort();
    const { signal } = (running = new AbortController());
    update ??= step.load().then(({ view }) => view(picture, tour));
    const settings = tour.state.now;
    const [draw, tokens] = await Promise.all([update, tour.tokens(sentenceOf(settings))]);
    signal.throwIfAborted();
    await draw({ settings, tokens, signal });
    if (!signal.aborted) element.dataset.state = 'ready';
  };
  const request = () => {
    isStale = true;
    element.dataset.state = 'stale';
    reportFailure(refresh());
  };
  tour.state.on(['sentence', ...step.settings, ...(step.follows ?? [])], request);
  const see = (isNow: boolean) => {
    isNear = isNow;
    reportFailure(refresh());
  };
  watchSight(element, see, { rootMargin: '50% 0px' });
}
