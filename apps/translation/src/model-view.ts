import {
  attempt,
  backendOptions,
  byId,
  grouped,
  type LoadingView,
  type LoadOptions,
  modelLoader,
  offerNumbers,
  reportIgnoredSettings,
} from '@residual/appkit';
import { readControls, share, writeControls } from './controls.js';
import type { Session } from './session.js';
import { address, headsIn } from './settings.js';
import type { TranslationView } from './translation-view.js';

/** Offers layers and heads of the decoder; -1 is the average of all. */
export function offerHeads(layers: number, heads: number): void {
  offerNumbers('layer', 'average of all', layers);
  offerNumbers('head', 'average', heads);
}

/** Wires the choice of the backend. Returns the function that translates, on the chosen backend. */
export function modelView(session: Session, loading: LoadingView, view: TranslationView): () => Promise<void> {
  byId('backend').replaceChildren(...backendOptions(session));
  let loadedOn: string | undefined; // the choice with which the model was loaded
  let target: string | undefined; // the choice with which it is loading or loaded

  const loadModel = modelLoader(loading, {
    hasModel: () => loadedOn !== undefined,
    sentence: 'The model is not loaded, and without it nothing can be translated.',
    restore: () => {
      target = loadedOn;
      byId('status').textContent = 'The model was not loaded.';
      byId('main').dataset.state = 'ready';
      if (loadedOn === undefined) return;
      writeControls({ backend: loadedOn });
      share();
    },
  });
  const translate = async () => {
    const { backend } = readControls();
    if (backend === target && !session.isLoaded) return; // it translates once the model is loaded
    if (backend !== target) {
      target = backend;
      const again = () => attempt(translate);
      await loadModel(async options => {
        await view.end();
        await load(session, backend, options);
        loadedOn = backend;
      }, again);
      writeControls(address.settingsFrom(location.hash)); // layers and heads are known now
      reportIgnored(session);
    }
    await view.run();
  };
  return translate;
}

/** Shows a notice about everything in the address that the page cannot follow. */
export function reportIgnored(session: Session): void {
  reportIgnoredSettings(address, session.isLoaded ? missingHeads(session) : []);
}

/** Loads the model on a backend and shows its size. */
async function load(session: Session, backend: string, options: LoadOptions): Promise<void> {
  byId('status').textContent = 'Loading';
  await session.load(backend, options);
  const { config, depth, encoderDepth, heads, vocab, maxPositions } = session.model;
  offerHeads(depth, heads);
  const layers = `${encoderDepth} encoder layers and ${depth} decoder layers, ${heads} heads each`;
  const sizes = `a shared vocabulary of ${grouped(vocab)} tokens, ${maxPositions} positions and 9.5 million weights`;
  byId('facts').textContent =
    `The shipped translator: ${String(config.model_type)} with ${layers}, ${sizes}, on ${session.model.backend}. ` +
    'It was trained on sentence pairs of Tatoeba (tatoeba.org, CC BY 2.0 FR), collected by manythings.org/anki.';
}

/** Sentences about heads in the address that the model does not have. */
function missingHeads({ model }: Session): string[] {
  const { off, encoderLayer, encoderHead } = address.settingsFrom(location.hash);
  const { depth, heads, encoderDepth, encoderHeads } = model;
  const existing = headsIn(off, depth, heads).map(({ layer, head }) => `${layer}.${head}`);
  const missing = off.split(' ').filter(name => name !== '' && !existing.includes(name));
  const sentences = missing.map(
    name => `This link switches off head ${name}, which the decoder does not have; this has no effect.`,
  );
  if (encoderLayer < 0 || encoderLayer >= encoderDepth || encoderHead < 0 || encoderHead >= encoderHeads)
    sentences.push(
      `This link asks for head ${encoderHead} of layer ${encoderLayer} of the encoder, ` +
        `which has ${encoderDepth} layers of ${encoderHeads} heads; the nearest one is shown.`,
    );
  return sentences;
}
