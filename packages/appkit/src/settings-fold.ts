import { byId, make } from './page.js';

/**
 * Lets the settings in a `<details>` element say in its summary, in one line, what is set: the word in the summary, and
 * behind it what `said` returns, now, after each input in the page, and when the returned function is called.
 */
export function settingsFold(id: string, said: () => string): () => void {
  const summary = byId<HTMLDetailsElement>(id).querySelector('summary')!;
  const line = make('span', { className: 'set' });
  summary.append(' ', line);
  const update = () => {
    line.textContent = said();
  };
  addEventListener('input', update);
  update();
  return update;
}
