import { rate } from './sound.js';

/** Plays parts of a sound, one at a time. */
export interface Player {
  readonly isPlaying: boolean;
  /** Plays from one second to another; a part that is playing ends. Resolves at its end. */
  play(samples: Float32Array, from: number, to: number): Promise<void>;
  stop(): void;
}

/** Makes a player; `onTime` is called in each frame with the second that is played, and with undefined at the end. */
export function player(onTime: (seconds: number | undefined) => void): Player {
  let context: AudioContext | undefined;
  let stopCurrent = () => {};
  let isPlaying = false;
  return {
    get isPlaying() {
      return isPlaying;
    },
    stop: () => stopCurrent(),
    play: async (samples, from, to) => {
      stopCurrent();
      context ??= new AudioContext(); // a page may make no sound before a click
      await context.resume();
      const part = samples.slice(Math.round(from * rate), Math.round(to * rate));
      if (part.length === 0) return;
      const buffer = context.createBuffer(1, part.length, rate);
      buffer.copyToChannel(part, 0);
      const node = new AudioBufferSourceNode(context, { buffer });
      node.connect(context.destination);
      const begun = context.currentTime;
      isPlaying = true;
      await new Promise<void>(resolve => {
        const end = () => {
          if (stopCurrent !== end) return;
          stopCurrent = () => {};
          isPlaying = false;
          node.onended = null;
          node.stop();
          onTime(undefined);
          resolve();
        };
        stopCurrent = end;
        node.onended = end;
        node.start();
        const tick = () => {
          if (stopCurrent !== end) return;
          onTime(from + context!.currentTime - begun);
          requestAnimationFrame(tick);
        };
        tick();
      });
    },
  };
}
