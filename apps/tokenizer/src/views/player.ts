import { watchSight } from '@residual/appkit';

/** The controls of a film and what they do. */
export interface PlayerParts {
  readonly play: HTMLButtonElement;
  readonly step: HTMLButtonElement;
  readonly slider: HTMLInputElement;
  /** The picture; the film begins when it is in sight. */
  readonly picture: HTMLElement;
  /** Shows a frame, from 0. */
  readonly show: (frame: number) => void;
  /** The frame in words, for screen readers. */
  readonly spoken: (frame: number) => string;
}

/** Milliseconds between two frames. */
const pace = 900;

/** A film with buttons for play and step, and a slider. */
export interface Player {
  /** Plays a film of frames 0 .. `last` from the start, or shows its end. */
  open(last: number, still: boolean): void;
}

/** Wires the controls of a film. */
export function player({ play, step, slider, picture, show, spoken }: PlayerParts): Player {
  let [frame, last] = [0, 0];
  let [isSeen, isWaiting] = [false, false];
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = () => {
    isWaiting = false;
    clearInterval(timer);
    timer = undefined;
    play.textContent = frame === last ? 'Play again' : 'Play';
  };
  const go = (to: number) => {
    frame = Math.min(Math.max(to, 0), last);
    slider.value = String(frame);
    slider.setAttribute('aria-valuetext', spoken(frame));
    show(frame);
    if (frame === last) stop();
  };
  const start = () => {
    clearInterval(timer);
    if (frame === last) go(0);
    timer = setInterval(() => go(frame + 1), pace);
    play.textContent = 'Pause';
  };
  play.addEventListener('click', () => (timer === undefined ? start() : stop()));
  step.addEventListener('click', () => {
    stop();
    go(frame === last ? 0 : frame + 1);
  });
  slider.addEventListener('input', () => {
    stop();
    go(Number(slider.value));
  });
  const sight = (isInSight: boolean) => {
    isSeen = isInSight;
    if (!isSeen || !isWaiting) return;
    isWaiting = false;
    start();
  };
  watchSight(picture, sight, { rootMargin: '-20% 0px' });
  return {
    open: (count, still) => {
      stop();
      last = count;
      slider.max = String(last);
      go(still ? last : 0);
      isWaiting = !still && last > 0;
      sight(isSeen);
    },
  };
}
