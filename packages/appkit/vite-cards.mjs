import { existsSync, readFileSync } from 'node:fs';
import { lessons } from '../../scripts/lib/apps.mjs';
import { escaped } from './vite-navigation.mjs';

/** The drawing of a lesson, in the colours of the page; a lesson without one has none. */
const figure = ({ picture }) =>
  existsSync(picture) ? `<div class="figure">${readFileSync(picture, 'utf8').trim()}</div>\n` : '';

const card = lesson => `<li><a href="./${escaped(lesson.address)}">
${figure(lesson)}<div class="words"><h3>${escaped(lesson.topic)}</h3><p>${escaped(lesson.description)}</p></div>
</a></li>`;

/** Fills `<ul class="apps">` of the landing page with a card for each lesson, in order. */
export const cards = () => ({
  name: 'residual:cards',
  transformIndexHtml: {
    order: 'pre',
    handler: html =>
      html.replace('<ul class="apps"></ul>', () => `<ul class="apps">\n${lessons().map(card).join('\n')}\n</ul>`),
  },
});
