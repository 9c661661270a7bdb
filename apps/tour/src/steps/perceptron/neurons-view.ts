import { fixed, make, makeSvg } from '@residual/appkit';
import { largestOf, stripOf } from '../attention/strip.js';
import type { FiringText, PerceptronRun } from './calls.js';

const columns = 64;

/** Up, bend, down: the input, all neurons as a field of cells, and the output; a neuron is chosen in the field. */
export function perceptronFigure(choose: (neuron: number) => void) {
  const [input, output] = [stripOf('stream'), stripOf('stream')];
  const field = make('canvas', { className: 'neurons', id: 'neurons' });
  field.setAttribute('role', 'img');
  const mark = make('i', { className: 'mark' });
  const row = (name: string, ...content: HTMLElement[]) => {
    return make('div', { className: 'level' }, make('span', {}, name), ...content);
  };
  const element = make(
    'div',
    { className: 'perceptron' },
    row('in', input.canvas),
    row('up, and bend', make('div', { className: 'field' }, field, mark)),
    row('down', output.canvas),
  );
  let count = 0;
  field.addEventListener('click', ({ clientX, clientY }) => {
    const { left, top, width, height } = field.getBoundingClientRect();
    const column = Math.floor(((clientX - left) / width) * columns);
    const neuron = Math.floor(((clientY - top) / height) * (count / columns)) * columns + column;
    if (neuron >= 0 && neuron < count) choose(neuron);
  });
  return {
    element,
    show: (run: PerceptronRun, neuron: number): void => {
      input.show(run.input, largestOf(run.input));
      output.show(run.output, largestOf(run.output));
      count = run.after.length;
      const rows = Math.ceil(count / columns);
      [field.width, field.height] = [columns, rows];
      const context = field.getContext('2d')!;
      context.fillStyle = getComputedStyle(field).color;
      const largest = largestOf(run.after);
      for (const [i, value] of run.after.entries()) {
        context.globalAlpha = Math.sqrt(Math.max(0, value) / largest);
        context.fillRect(i % columns, Math.floor(i / columns), 1, 1);
      }
      const active = run.after.filter(value => value > 0.1).length;
      field.setAttribute('aria-label', `${count} neurons, of which ${active} are above 0.1.`);
      mark.style.left = `${(100 * (neuron % columns)) / columns}%`;
      mark.style.top = `${(100 * Math.floor(neuron / columns)) / rows}%`;
      mark.style.width = `${100 / columns}%`;
      mark.style.height = `${100 / rows}%`;
    },
  };
}

/** The bend with the chosen neuron on it. */
export function bendFigure() {
  const svg = makeSvg('svg', { viewBox: '-4.2 -4.2 8.4 5.2', class: 'bend', role: 'img' });
  const tanh = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
  const curve = Array.from({ length: 85 }, (_, i) => {
    const x = -4.2 + 0.1 * i;
    return `${i ? 'L' : 'M'}${x.toFixed(2)} ${(-tanh(x)).toFixed(3)}`;
  });
  const dot = makeSvg('circle', { r: 0.16, class: 'dot' });
  svg.append(
    makeSvg('path', { d: 'M-4.2 0H4.2M0 1V-4.2', class: 'axes' }),
    makeSvg('path', { d: curve.join(''), class: 'curve' }),
    makeSvg('text', { x: 4.2, y: 0.5, 'text-anchor': 'end' }, 'what it gets'),
    makeSvg('text', { x: -0.15, y: -3.85, 'text-anchor': 'end' }, 'what it passes on'),
    dot,
  );
  return {
    element: svg,
    show: (before: number, after: number): void => {
      svg.setAttribute('aria-label', `The bend takes ${fixed(before, 2)} to ${fixed(after, 2)}.`);
      dot.setAttribute('cx', String(Math.max(-4.1, Math.min(4.1, before))));
      dot.setAttribute('cy', String(-Math.min(4.1, after)));
    },
  };
}

/** The texts on which a neuron fires most, with the token marked. */
export function firingList() {
  const list = make('ol', { className: 'firing', id: 'firing' });
  return {
    element: list,
    show: (texts: readonly FiringText[]): void => {
      const largest = Math.max(...texts.map(({ activation }) => activation), 1e-9);
      list.replaceChildren(
        ...texts.map(({ activation, before, token, after }) => {
          const mark = make('mark', {}, token.trim() || '␣');
          mark.style.setProperty('--share', `${Math.round((100 * Math.max(0, activation)) / largest)}%`);
          const figure = make('span', { className: 'figure' }, fixed(activation, 2));
          const text = make('span', {}, before, /^\s/.test(token) ? ' ' : '', mark, after);
          return make('li', {}, figure, text);
        }),
      );
    },
  };
}
