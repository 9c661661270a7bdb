import { nextFrame, prefersStill, type SingleRun, singleRun } from '@residual/appkit';
import type { DrawnResult } from '@residual/model';
import type { Drawing } from '@residual/vision';
import type { DrawnTokens } from './attention.js';
import { type Moment, momentOf, type Pen, penAt } from './moments.js';
import { type SamplingSettings, samplingOf } from './sampling.js';
import type { Session } from './session.js';
import type { Settings } from './settings.js';

/** A drawing as it grows, and the moment of it that is shown. */
export interface Player {
  /** The tokens of the model so far. */
  readonly moments: readonly Moment[];
  /** How many of them are shown. */
  readonly at: number;
  /** The pen at the moment that is shown. */
  readonly pen: Pen;
  /** The tokens of the drawing with its prompt, once it has ended. */
  readonly drawn: DrawnTokens | undefined;
  /** Whether the model draws, or a drawing is shown again. */
  readonly isMoving: boolean;
  /** Lets the model draw behind `begun`, and shows its pen at the pace of the settings. */
  draw(settings: DrawSettings): Promise<DrawingEnd>;
  /** Shows the moments again, from the one that is shown or, at the end, from the first. */
  replay(pace: Settings['pace']): Promise<void>;
  /** Ends what moves; the moments so far stay. */
  stop(): Promise<void>;
  /** Shows the drawing as it was after this many moments. */
  seek(at: number): void;
  /** Takes a new sheet. */
  clear(): void;
}

/** What of the settings `draw` needs, and the strokes that are there, in cells. */
export interface DrawSettings extends SamplingSettings, Pick<Settings, 'word' | 'pace'> {
  readonly begun: Drawing;
}

/** How a drawing ended. */
export interface DrawingEnd extends DrawnTokens {
  readonly hasEnded: boolean;
  readonly unknownWords: readonly string[];
}

/** Milliseconds between the points of a pen. */
const pauses: Readonly<Record<Settings['pace'], number>> = { slow: 220, normal: 55, fast: 0 };

/** The most of the next points that are shown. */
const cloudSize = 64;

/** Makes a player; `changed` is called whenever another moment is shown. */
export function openPlayer(session: Session, changed: () => void): Player {
  const runs: SingleRun = singleRun(changed);
  let moments: Moment[] = [];
  let at = 0;
  let drawn: DrawnTokens | undefined;
  const show = (next: number) => {
    at = next;
    changed();
  };
  /** Shows one moment after the other until all are shown and no more come. */
  const play = async (pace: Settings['pace'], signal: AbortSignal, isComplete: () => boolean) => {
    const pause = prefersStill() ? 0 : pauses[pace];
    while (!signal.aborted && (at < moments.length || !isComplete())) {
      if (at < moments.length) show(pause === 0 ? moments.length : at + 1);
      await (pause === 0 ? nextFrame() : waitFor(pause));
    }
  };
  return {
    get moments() {
      return moments;
    },
    get at() {
      return at;
    },
    get pen() {
      return penAt(moments, at, session.strokes);
    },
    get drawn() {
      return drawn;
    },
    get isMoving() {
      return runs.isRunning;
    },
    draw: settings =>
      runs.start(async signal => {
        [moments, drawn] = [[], undefined];
        show(0);
        let isComplete = false;
        const compute = async () => {
          try {
            const end = await compose(session, settings, signal, moment => moments.push(moment));
            drawn = end;
            return end;
          } finally {
            isComplete = true;
          }
        };
        const [end] = await Promise.all([compute(), play(settings.pace, signal, () => isComplete)]);
        return end;
      }),
    replay: pace =>
      runs.start(async signal => {
        if (at === moments.length) show(0);
        await play(pace, signal, () => true);
      }),
    stop: () => runs.end(),
    seek: next => show(Math.min(moments.length, Math.max(0, next))),
    clear: () => {
      [moments, drawn] = [[], undefined];
      show(0);
    },
  };
}

/** Lets the model draw; each moment is passed on as soon as it is there. */
async function compose(
  { model, strokes }: Session,
  { word, begun, ...settings }: DrawSettings,
  signal: AbortSignal,
  onMoment: (moment: Moment) => void,
): Promise<DrawingEnd> {
  const last = strokes.grid - 1;
  const box = { left: 0, top: 0, width: last, height: last };
  const run = model.draw(word, { ...samplingOf(settings), begun, box, topLogprobs: cloudSize, signal });
  const steps = run[Symbol.asyncIterator]();
  for (let step = await steps.next(); ; step = await steps.next()) {
    if (step.done) {
      const { finishReason, unknownWords, tokens, promptLength } = step.value as DrawnResult;
      return { hasEnded: finishReason === 'eos', unknownWords, tokens, promptLength };
    }
    onMoment(momentOf(step.value, strokes));
  }
}

const waitFor = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));
