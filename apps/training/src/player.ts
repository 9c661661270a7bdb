import { reportFailure } from '@residual/appkit';

/** Plays an action again and again, or runs others in their order between its rounds. */
export interface Player {
  isPlaying: boolean;
  /** Begins to play, or ends after the round that is running. */
  play(isNow: boolean): void;
  /** Runs something after everything that was asked for before. */
  queue(act: () => Promise<void>): Promise<void>;
}

/** Makes a `Player`. It waits while `isVisible` is false; `changed` is called when it begins and ends. */
export function player(
  round: () => Promise<void>,
  { isVisible, changed }: { readonly isVisible: () => boolean; readonly changed: () => void },
): Player {
  let isLooping = false;
  let last = Promise.resolve();
  const queue = (act: () => Promise<void>) => {
    const work = last.then(act);
    last = work.catch(() => {}); // the caller reports the error
    return work;
  };
  const loop = async () => {
    if (isLooping) return;
    isLooping = true;
    try {
      while (self.isPlaying && isVisible()) await queue(round);
    } catch (error) {
      self.isPlaying = false;
      throw error;
    } finally {
      isLooping = false;
      changed();
    }
  };
  const self: Player = {
    isPlaying: false,
    play: isNow => {
      self.isPlaying = isNow;
      changed();
      if (isNow) reportFailure(loop());
    },
    queue,
  };
  return self;
}
