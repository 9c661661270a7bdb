import { make, makeSvg, reportFailure } from '@residual/appkit';
import type { TinyModels } from './tiny-models.js';

/** A switch that takes the mask away, its effect on the loss, and two tiny models that learn with it and without it. */
export function maskView(change: (leak: boolean) => void, train: () => Promise<TinyModels>) {
  const box = make('input', { type: 'checkbox', id: 'leak' });
  box.setAttribute('role', 'switch');
  const help = make('small', { id: 'leak-help' }, 'Off: a token sees itself and what came before. On: it sees all.');
  box.setAttribute('aria-describedby', help.id);
  box.addEventListener('change', () => change(box.checked));
  const told = make('p', { className: 'answer', id: 'leak-loss', role: 'status' });
  const button = make('button', { type: 'button', id: 'train-leaking' }, 'Train two tiny models to see why');
  const purpose = make('small', { id: 'train-leaking-help' });
  purpose.textContent = 'Both guess random tokens, one with the mask and one without; it takes a few seconds.';
  button.setAttribute('aria-describedby', purpose.id);
  const chart = makeSvg('svg', { viewBox: '0 0 320 120', class: 'two-losses', role: 'img' });
  const result = make('p', { className: 'note', id: 'tiny-result', role: 'status' });
  const figure = make('figure', { hidden: true }, chart, result);
  const compare = async () => {
    button.disabled = true;
    result.textContent = 'They are learning…';
    figure.hidden = false;
    try {
      const models = await train();
      paintLosses(chart, models);
      result.textContent = sentenceOf(models);
    } finally {
      button.disabled = false;
    }
  };
  button.addEventListener('click', () => reportFailure(compare()));
  const toggle = make('label', { className: 'leak' }, box, make('span', {}, 'Let the future leak'));
  const element = make('div', { className: 'side' }, make('div', {}, toggle, help), told);
  element.append(make('div', {}, button, purpose), figure);
  return {
    element,
    show: (leak: boolean, masked: number, leaking: number | undefined): void => {
      box.checked = leak;
      told.textContent =
        leaking === undefined
          ? `With the mask, the loss over this sentence is ${masked.toFixed(2)}.`
          : `Without the mask the loss over this sentence is ${leaking.toFixed(2)}, with it ${masked.toFixed(2)}. ` +
            'This model has never seen a future, so the answers before its eyes only confuse it.';
    },
  };
}

function sentenceOf({ vocab, masked, leaking }: TinyModels): string {
  const [first, second] = [masked, leaking].map(losses => losses.at(-1)!.toFixed(2));
  return (
    `After ${masked.length} steps on ${vocab} random tokens: ${first} with the mask, no better than a blind guess ` +
    `(${Math.log(vocab).toFixed(2)}), and ${second} without it. The second one has learned to copy the answer, ` +
    'and it will be helpless where nobody has written the next word yet.'
  );
}

/** Two falling losses, or one falling and one that does not. */
function paintLosses(chart: SVGSVGElement, { vocab, masked, leaking }: TinyModels): void {
  const top = Math.max(...masked, ...leaking);
  const pathOf = (losses: readonly number[]) =>
    losses
      .map((loss, i) => `${i ? 'L' : 'M'}${(i / (losses.length - 1)) * 300 + 10} ${110 - (loss / top) * 95}`)
      .join('');
  const guess = 110 - (Math.log(vocab) / top) * 95;
  chart.setAttribute('aria-label', sentenceOf({ vocab, masked, leaking }));
  chart.replaceChildren(
    makeSvg('path', { d: `M10 ${guess}H310`, class: 'guess-line' }),
    makeSvg('path', { d: 'M10 110H310', class: 'zero-line' }),
    makeSvg('path', { d: pathOf(masked), class: 'loss masked', pathLength: 1 }),
    makeSvg('path', { d: pathOf(leaking), class: 'loss leaking', pathLength: 1 }),
    makeSvg('text', { x: 310, y: guess + 16, class: 'masked' }, 'with the mask'),
    makeSvg('text', { x: 310, y: 104 - (leaking.at(-1)! / top) * 95, class: 'leaking' }, 'without'),
  );
}
