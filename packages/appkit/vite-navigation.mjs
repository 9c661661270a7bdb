import { relative } from 'node:path';
import { apps, lessons } from '../../scripts/lib/apps.mjs';

/** A text for an attribute or element of a page. */
export const escaped = text => text.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`);

/** The lessons before and after the page at a path. */
export const neighbours = path => {
  const all = lessons();
  const index = all.findIndex(lesson => lesson.path === path);
  return { previous: all[index - 1], next: all[index + 1] };
};

/** The links to the pages before and after, beside the way home; their arrows are drawn by the style sheet. */
const topLinks = links =>
  links
    .map(
      ({ side, word, topic, href }) =>
        `<a class="${side}" href="${href}" aria-label="${word}: ${topic}"><span>${topic}</span></a>`,
    )
    .join('');

/** The same links at the end of the page. */
const endLinks = links =>
  `<nav class="pages" aria-label="pages">${links
    .map(({ side, word, topic, href }) => `<a class="${side}" href="${href}"><small>${word}</small> ${topic}</a>`)
    .join('')}</nav>`;

/** Adds the way to the previous and next page, in the order in which one learns; the landing page has none. */
export const navigation = () => {
  let folder;
  return {
    name: 'residual:navigation',
    configResolved: ({ root }) => {
      folder = root;
    },
    transformIndexHtml: {
      order: 'pre',
      handler: html => {
        const app = apps().find(app => relative(app.folder, folder) === '');
        if (!app || app.path === '') return html;
        const { previous, next } = neighbours(app.path);
        const links = [
          { side: 'previous', word: 'Previous', lesson: previous },
          { side: 'next', word: 'Next', lesson: next },
        ]
          .filter(({ lesson }) => lesson !== undefined)
          .map(({ lesson, ...link }) => ({
            ...link,
            topic: escaped(lesson.topic),
            href: escaped(`../${lesson.address}`),
          }));
        return html
          .replace(/(<nav class="home"[\s\S]*?)(<\/nav>)/, (_, start, end) => start + topLinks(links) + end)
          .replace(/<\/main>(?![\s\S]*<\/main>)/, `${endLinks(links)}\n</main>`);
      },
    },
  };
};
