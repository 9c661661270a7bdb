import { attempt, backendOptions, byId, on } from '@residual/appkit';
import { defineElements } from '@residual/elements';
import { beamsView } from './beams-view.js';
import { readControls, share, writeControls } from './controls.js';
import { crossView } from './cross-view.js';
import { encoderView } from './encoder-view.js';
import { openSession, type Session } from './session.js';
import { address, examples, preset } from './settings.js';
import { translationView } from './translation-view.js';

/** How long nobody types before the text is translated, in milliseconds. */
const patience = 350;

defineElements();
offer('layer', 'average of all', 4);
offer('head', 'average', 4);
writeControls(address.settingsFrom(location.hash));
document.addEventListener('input', share); // also before the model is there
attempt(start);

/** Loads the model and translates what stands there. */
async function start(): Promise<void> {
  const session = await openSession();
  const again = () => view.run();
  const view = translationView(session, [crossView(session, again), encoderView(session), beamsView()]);
  byId('backend').replaceChildren(...backendOptions(session));
  writeControls(address.settingsFrom(location.hash));

  let typing = 0;
  on('text', 'input', () => {
    clearTimeout(typing);
    typing = window.setTimeout(() => attempt(view.run), patience);
  });
  for (const id of ['mode', 'beams', 'lengthPenalty'])
    on(id, 'change', () => {
      writeControls({});
      share();
      return view.run();
    });
  on('controls', 'submit', view.run);
  on('stop', 'click', view.end);
  on('another', 'click', () => {
    const next = examples[(examples.indexOf(readControls().text) + 1) % examples.length]!;
    writeControls({ text: next });
    share();
    return view.run();
  });
  on('reset', 'click', () => {
    writeControls({ ...preset, backend: readControls().backend });
    share();
    return view.run();
  });
  on('copy', 'click', async () => {
    await navigator.clipboard.writeText(location.href);
    byId('status').textContent = 'The link is copied.';
  });
  let backend = '';
  /** Translates, on another backend after loading the model there. */
  const translate = async () => {
    if (readControls().backend !== backend) {
      backend = readControls().backend;
      await view.end();
      await load(session);
      writeControls(address.settingsFrom(location.hash)); // layers and heads are known by now
    }
    await view.run();
  };
  on('backend', 'change', translate);
  addEventListener('hashchange', () =>
    attempt(() => {
      writeControls(address.settingsFrom(location.hash));
      return translate();
    }),
  );
  await translate();
}

/** Loads the model on the chosen backend, and says how far it is. */
async function load(session: Session): Promise<void> {
  const [place, text, progress] = [byId('loading'), byId('loading-text'), byId<HTMLProgressElement>('progress')];
  byId('status').textContent = 'Loading';
  place.hidden = false;
  document.body.setAttribute('aria-busy', 'true');
  try {
    await session.load(readControls().backend, (words, done, total) => {
      text.textContent = words;
      [progress.max, progress.value] = [total, done];
    });
  } catch (error) {
    byId('status').textContent = 'The model was not loaded.';
    throw error;
  } finally {
    place.hidden = true;
    document.body.removeAttribute('aria-busy');
  }
  const { config, depth, encoderDepth, heads, vocab, positions, backend } = session.model;
  offer('layer', 'average of all', depth);
  offer('head', 'average', heads);
  byId('facts').textContent =
    `The shipped translator: ${String(config.model_type)} with ${encoderDepth} layers of encoder and ${depth} of decoder, ${heads} heads each, one vocabulary of ${vocab} tokens, ${positions} positions, 9.5 million weights, on ${backend}. It was trained on sentence pairs of Tatoeba (tatoeba.org, CC BY 2.0 FR), by way of manythings.org/anki.`;
}

/** Lets one of some numbers be chosen, or -1 for all of them. */
function offer(id: string, all: string, count: number): void {
  const select = byId<HTMLSelectElement>(id);
  const chosen = select.value;
  const numbers = Array.from({ length: count }, (_, i) => new Option(String(i), String(i)));
  select.replaceChildren(new Option(all, '-1'), ...numbers);
  if (chosen !== '') select.value = chosen;
}
