import {
  attempt,
  backendOptions,
  byId,
  type LoadingView,
  loadingView,
  on,
  reportIgnoredSettings,
} from '@residual/appkit';
import { defineElements } from '@residual/elements';
import type { LoadProgress } from '@residual/model';
import { beamsView } from './beams-view.js';
import { readControls, share, writeControls } from './controls.js';
import { crossView } from './cross-view.js';
import { encoderView } from './encoder-view.js';
import { openSession, type Session } from './session.js';
import { address, examples, headsIn, preset } from './settings.js';
import { translationView } from './translation-view.js';

/** Milliseconds without a key press before the text is translated. */
const patience = 350;

defineElements();
offer('layer', 'average of all', 4);
offer('head', 'average', 4);
writeControls(address.settingsFrom(location.hash));
document.addEventListener('input', share); // also before the model is loaded
attempt(start);

/** Loads the model and translates the text. */
async function start(): Promise<void> {
  const loading = loadingView();
  const session = await openSession(loading.download);
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
  // the choice with which the model was loaded, and with which it is loading
  let [backend, target]: (string | undefined)[] = [];
  let abort = new AbortController();
  /** Translates; if the backend has changed, loads the model there first. */
  const translate = async () => {
    const chosen = readControls().backend;
    if (chosen === target && !session.isLoaded) return; // it translates once the model is loaded
    if (chosen !== target) {
      target = chosen;
      abort.abort(); // one load at a time
      abort = new AbortController();
      const own = abort;
      loading.start(() => own.abort());
      await view.end();
      try {
        await load(session, chosen, { view: loading, signal: own.signal });
        backend = chosen;
        loading.end();
      } catch (error) {
        if (abort !== own) throw error; // it was loaded elsewhere meanwhile
        target = backend;
        byId('status').textContent = 'The model was not loaded.';
        byId('main').dataset.state = 'ready';
        if (backend !== undefined) {
          loading.end();
          writeControls({ backend });
          share();
        } else
          loading.fail('The model is not loaded, and without it nothing can be translated.', () => attempt(translate));
        throw error;
      }
      writeControls(address.settingsFrom(location.hash)); // layers and heads are known now
      reportIgnoredSettings(address, unknownHeads(session));
    }
    await view.run();
  };
  on('backend', 'change', translate);
  addEventListener('hashchange', () =>
    attempt(() => {
      writeControls(address.settingsFrom(location.hash));
      if (session.isLoaded) reportIgnoredSettings(address, unknownHeads(session));
      return translate();
    }),
  );
  await translate();
}

/** Loads the model on a backend and shows the progress. */
async function load(
  session: Session,
  backend: string,
  { view, signal }: { readonly view: LoadingView; readonly signal: AbortSignal },
): Promise<void> {
  byId('status').textContent = 'Loading';
  const onProgress = ({ stage, done, total }: LoadProgress) => stage === 'weights' && view.showWeights(done, total);
  await session.load(backend, { signal, onProgress });
  const { config, depth, encoderDepth, heads, vocab, maxPositions } = session.model;
  offer('layer', 'average of all', depth);
  offer('head', 'average', heads);
  byId('facts').textContent =
    `The shipped translator: ${String(config.model_type)} with ${encoderDepth} encoder layers and ${depth} decoder layers, ${heads} heads each, a shared vocabulary of ${vocab} tokens, ${maxPositions} positions and 9.5 million weights, on ${session.model.backend}. It was trained on sentence pairs of Tatoeba (tatoeba.org, CC BY 2.0 FR), collected by manythings.org/anki.`;
}

/** Sentences about heads in the address that the model lacks. */
function unknownHeads({ model }: Session): string[] {
  const { off, encoderLayer, encoderHead } = address.settingsFrom(location.hash);
  const { depth, heads, encoderDepth, encoderHeads } = model;
  const existing = headsIn(off, depth, heads).map(({ layer, head }) => `${layer}.${head}`);
  const named = off.split(' ').filter(name => name !== '' && !existing.includes(name));
  const sentences = named.map(
    name => `This link switches off head ${name}, which the decoder does not have; this has no effect.`,
  );
  if (encoderLayer < 0 || encoderLayer >= encoderDepth || encoderHead < 0 || encoderHead >= encoderHeads)
    sentences.push(
      `This link asks for head ${encoderHead} of layer ${encoderLayer} of the encoder, which has ${encoderDepth} layers of ${encoderHeads} heads; the nearest is shown.`,
    );
  return sentences;
}

/** Fills a select with numbers, and with -1 for all of them. */
function offer(id: string, all: string, count: number): void {
  const select = byId<HTMLSelectElement>(id);
  const chosen = select.value;
  const numbers = Array.from({ length: count }, (_, i) => new Option(String(i), String(i)));
  select.replaceChildren(new Option(all, '-1'), ...numbers);
  if (chosen !== '') select.value = chosen;
}
