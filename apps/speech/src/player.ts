import { rate } from './sound.js';

/** Plays sounds, one at a time. */
export interface Player {
  readonly isPlaying: boolean;
  /** Plays a sound from one second to another; one that is playing ends. Resolves at its end. */
  play(samples: Float32Array, from: number, to: number): Promise<void>;
  /** Begins a sound whose samples come bit by bit; one that is playing ends. It begins in a click, before any wait. */
  begin(): GrowingSound;
  stop(): void;
}

/** A sound that is played while it grows. */
export interface GrowingSound {
  /** Adds samples, which are played after those before them. */
  push(samples: Float32Array): void;
  /** Says that the sound is whole. Resolves when it has been played, or was stopped. */
  end(): Promise<void>;
  /** Ends it, unless another sound has begun. */
  stop(): void;
}

/** Makes a player; `onTime` is called in each frame with the second that is played, and with undefined at the end. */
export function player(onTime: (seconds: number | undefined) => void): Player {
  let context: AudioContext | undefined;
  let current: GrowingSound | undefined;

  const begin = (from: number) => {
    current?.stop();
    context ??= new AudioContext(); // a page may make no sound before a click
    const device = context;
    void device.resume();
    const nodes = new Set<AudioBufferSourceNode>();
    const starts: { readonly at: number; readonly seconds: number }[] = []; // of parts: on the clock, and in the sound
    let [free, pushed, isWhole] = [0, from, false]; // when the device is free, and the second at which samples go on
    let resolve = () => {};
    const done = new Promise<void>(act => {
      resolve = act;
    });
    const finish = () => {
      if (current !== sound) return;
      current = undefined;
      for (const node of nodes) [node.onended] = [null, node.stop()];
      onTime(undefined);
      resolve();
    };
    const tick = () => {
      if (current !== sound) return;
      const now = device.currentTime;
      const started = starts.findLastIndex(({ at }) => at <= now);
      if (started >= 0) {
        const { at, seconds } = starts[started]!;
        onTime(Math.min(seconds + now - at, starts[started + 1]?.seconds ?? pushed));
      }
      requestAnimationFrame(tick);
    };
    const sound = {
      push: (samples: Float32Array) => {
        if (current !== sound || samples.length === 0) return;
        const buffer = device.createBuffer(1, samples.length, rate);
        buffer.copyToChannel(samples as Float32Array<ArrayBuffer>, 0);
        const node = new AudioBufferSourceNode(device, { buffer });
        node.connect(device.destination);
        node.onended = () => {
          nodes.delete(node);
          if (isWhole && nodes.size === 0) finish();
        };
        nodes.add(node);
        const at = Math.max(device.currentTime, free);
        node.start(at);
        starts.push({ at, seconds: pushed });
        free = at + buffer.duration;
        pushed += buffer.duration;
      },
      end: () => {
        isWhole = true;
        if (nodes.size === 0) finish();
        return done;
      },
      stop: finish,
    };
    current = sound;
    tick();
    return sound;
  };

  return {
    get isPlaying() {
      return current !== undefined;
    },
    begin: () => begin(0),
    stop: () => current?.stop(),
    play: (samples, from, to) => {
      const sound = begin(from);
      sound.push(samples.slice(Math.round(from * rate), Math.round(to * rate)));
      return sound.end();
    },
  };
}
