import { fixed, make, makeSvg } from '@residual/appkit';

const [width, height] = [400, 200];

/** What a curve is about. */
export interface LossCurveWords {
  readonly caption: string;
  /** What has the loss at the dashed line. */
  readonly baseline: string;
}

const guessing = { caption: 'The loss, step by step; the lower, the less surprise.', baseline: 'pure guessing' };

/** The loss by step, below the loss of something that has learned nothing. */
export function lossCurve(steps: number, { caption: said, baseline }: LossCurveWords = guessing) {
  const path = makeSvg('path', { class: 'loss' });
  const guess = makeSvg('line', { class: 'guess', x1: 0, x2: width });
  const point = makeSvg('circle', { class: 'loss-point', r: 5 });
  const floor = makeSvg('line', { class: 'floor', x1: 0, x2: width, y1: height, y2: height });
  const guessLabel = makeSvg('text', { class: 'guess-label', x: width, 'text-anchor': 'end' });
  const picture = makeSvg('svg', { viewBox: `-4 -8 ${width + 8} ${height + 16}`, class: 'loss-curve', role: 'img' });
  picture.append(floor, guess, guessLabel, path, point);
  const caption = make('p', { className: 'note' }, said);
  let count = steps;
  let losses: number[] = [];
  let top = 1;
  const draw = () => {
    const y = (loss: number) => height - (Math.min(loss, top) / top) * height;
    const places = losses.map((loss, i) => `${((i + 1) / count) * width} ${y(loss)}`);
    path.setAttribute('d', places.length > 0 ? `M${places.join('L')}` : '');
    const [x = '0', at = String(height)] = places.at(-1)?.split(' ') ?? [];
    point.setAttribute('cx', x);
    point.setAttribute('cy', at);
    point.toggleAttribute('hidden', places.length === 0);
    const last = losses.at(-1);
    picture.setAttribute(
      'aria-label',
      last === undefined ? 'The loss, before the first step' : `The loss at step ${losses.length}: ${fixed(last, 3)}`,
    );
  };
  const setGuess = (loss: number | undefined) => {
    top = (loss ?? 1) * 1.35;
    const y = height - height / 1.35;
    for (const end of ['y1', 'y2']) guess.setAttribute(end, String(y));
    guessLabel.setAttribute('y', String(y - 6));
    guessLabel.textContent = loss === undefined ? baseline : `${baseline}, ${fixed(loss, 2)}`;
  };
  setGuess(undefined);
  draw();
  return {
    element: make('div', {}, picture, caption),
    /** Starts an empty curve, with the loss at the dashed line and another number of steps. */
    begin: (loss: number, of: number = steps): void => {
      losses = [];
      count = of;
      setGuess(loss);
      draw();
    },
    add: (loss: number): void => {
      losses.push(loss);
      draw();
    },
    clear: (): void => {
      losses = [];
      draw();
    },
  };
}
