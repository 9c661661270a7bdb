import { type LoadingView, modelChoice, offerNumbers, reportIgnoredSettings } from '@residual/appkit';
import { readControls, set, writeControls } from './controls.js';
import { showFacts } from './facts.js';
import type { Session } from './session.js';
import { address, headsIn } from './settings.js';
import type { TranslationView } from './translation-view.js';

/** Offers layers and heads of the decoder; -1 is the average of all. */
export function offerHeads(layers: number, heads: number): void {
  offerNumbers('layer', 'average of all', layers);
  offerNumbers('head', 'average', heads);
}

/** Wires the choice of backend and form of weights. Returns the function that translates with what is chosen. */
export function modelView(session: Session, loading: LoadingView, view: TranslationView): () => Promise<void> {
  const restore = () => writeControls(address.settingsFrom(location.hash));
  return modelChoice(loading, {
    session,
    read: readControls,
    restore,
    set,
    end: view.end,
    load: async (choice, options) => {
      await session.load(choice, options);
      offerHeads(session.model.depth, session.model.heads);
      await showFacts(session.model);
    },
    onLoaded: () => {
      restore(); // layers and heads are known now
      reportIgnored(session);
    },
    run: view.run,
    sentence: 'The model is not loaded, and without it nothing can be translated.',
  });
}

/** Shows a notice about everything in the address that the page cannot follow. */
export function reportIgnored(session: Session): void {
  reportIgnoredSettings(address, session.isLoaded ? missingHeads(session) : []);
}

/** Sentences about heads in the address that the model does not have. */
function missingHeads({ model }: Session): string[] {
  const settings = address.settingsFrom(location.hash);
  const { depth, heads, encoderDepth, encoderHeads } = model;
  const existing = headsIn(settings.off, depth, heads).map(({ layer, head }) => `${layer}.${head}`);
  const missing = settings.off.split(' ').filter(name => name !== '' && !existing.includes(name));
  const sentences = missing.map(
    name => `This link switches off head ${name}, which the decoder does not have; this has no effect.`,
  );
  const stacks = [
    ['encoder', settings.encoderLayer, settings.encoderHead, encoderDepth, encoderHeads],
    ['decoder', settings.decoderLayer, settings.decoderHead, depth, heads],
  ] as const;
  for (const [stack, layer, head, layers, headsOfLayer] of stacks)
    if (layer < 0 || layer >= layers || head < 0 || head >= headsOfLayer)
      sentences.push(
        `This link asks for head ${head} of layer ${layer} of the ${stack}, ` +
          `which has ${layers} layers of ${headsOfLayer} heads; the nearest one is shown.`,
      );
  return sentences;
}
