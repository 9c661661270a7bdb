import { byId } from '@residual/appkit';
import { readControls } from '../controls.js';
import { makePacer, type Pacer } from './pacer.js';

/** What the story is doing: nothing yet, being written, waiting, or complete. */
export type StoryState = 'empty' | 'writing' | 'paused' | 'ended';

/** The buttons under the story, and the pace. */
export interface Player {
  readonly pacer: Pacer;
  readonly state: StoryState;
  /** Shows a state on the buttons. */
  show(state: StoryState): void;
}

/** What the buttons do: `play` continues the story, `step` writes one token of it. */
export interface PlayerActions {
  readonly play: () => void;
  readonly pause: () => void;
  readonly step: () => void;
}

/** Wires the buttons. */
export function playerOf({ play, pause, step }: PlayerActions): Player {
  const [playButton, stepButton] = [byId<HTMLButtonElement>('play'), byId<HTMLButtonElement>('step')];
  const pacer = makePacer('reading');
  let state: StoryState = 'empty';
  const followPace = () => {
    pacer.pace = readControls().pace;
  };
  const show = (next: StoryState) => {
    state = next;
    byId('story').dataset.state = state;
    playButton.textContent = state === 'writing' ? 'Pause' : 'Continue';
    playButton.disabled = state === 'empty' || state === 'ended';
    stepButton.disabled = playButton.disabled;
  };
  playButton.addEventListener('click', () => (state === 'writing' ? pause() : play()));
  stepButton.addEventListener('click', () => {
    pacer.step();
    show('paused');
    step();
  });
  byId('pace').addEventListener('change', followPace);
  addEventListener('hashchange', followPace);
  followPace();
  show(state);
  return {
    pacer,
    get state() {
      return state;
    },
    show,
  };
}
