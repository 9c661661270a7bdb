import { byId, latestOnly, on } from '@residual/appkit';
import type { MakeChapter } from '../chapters.js';
import type { Session } from '../session.js';
import { preset } from '../settings.js';
import { comparisonView } from '../story/comparison.js';
import { isGreedy } from '../story/sampling.js';
import { openStory, type StorySettings, tokensOf } from '../story/story.js';
import { quietly, writeBranch } from '../story/write-branch.js';

/** Wires the chapter; returns the function that continues the beginning of the story greedily and with sampling. */
export const waysView: MakeChapter = (session, story) => {
  const view = comparisonView(byId('ways'), 'ways');
  const latest = latestOnly();
  let [running, luck] = [new AbortController(), 0];
  const compute = async () => {
    running.abort();
    running = new AbortController();
    const { settings } = story;
    const seed = (settings.seed + luck) % 2 ** 32;
    // A greedy story is compared with the preset sampling.
    const sampled = isGreedy(settings) ? { ...settings, mode: preset.mode, temperature: preset.temperature } : settings;
    const greedy = { ...settings, mode: 'greedy' } as const;
    const both = await latest(textsOf(session, [greedy, { ...sampled, seed }], running.signal));
    if (both) view.show({ name: 'greedy', tokens: both[0]! }, { name: 'sampled', tokens: both[1]! });
  };
  on('other-luck', 'click', () => {
    luck++;
    return compute();
  });
  return () => {
    luck = 0;
    return compute();
  };
};

/** The tokens of stories, which are written one after another. */
async function textsOf(session: Session, all: readonly StorySettings[], signal: AbortSignal) {
  const texts = [];
  for (const settings of all) {
    const story = await openStory(session, settings, signal);
    await writeBranch(session, story, 0, quietly(signal));
    signal.throwIfAborted();
    texts.push(tokensOf(story, 0));
  }
  return texts;
}
