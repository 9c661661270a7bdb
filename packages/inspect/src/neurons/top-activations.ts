import { expectInteger, expectOptions } from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import { type Corpus, type CorpusOptions, corpusOptionNames, eachActivation } from './each-activation.js';
import { TopList } from './top-list.js';

/** Settings of `topActivations`. */
export interface TopActivationsOptions extends CorpusOptions {
  /** How many positions are kept for a neuron; 10 if absent. */
  readonly count?: number;
  /** How many tokens before and after a position are given with it; 8 if absent. */
  readonly context?: number;
  /** Whether a sequence counts once for a neuron, with its largest activation; false if absent. */
  readonly oncePerSequence?: boolean;
}

/** A position at which a neuron fires. */
export interface TopActivation {
  readonly activation: number;
  /** The id of the token at the position. */
  readonly token: number;
  /** The index of the sequence in the corpus, and the position in it. */
  readonly sequence: number;
  readonly position: number;
  /** The ids of the tokens around the position, and the position of the first of them. */
  readonly context: readonly number[];
  readonly contextStart: number;
}

/** A neuron with the positions at which it fires most, the largest activation first. */
export interface NeuronActivations {
  readonly path: string;
  readonly neuron: number;
  readonly top: readonly TopActivation[];
}

/**
 * The positions of a corpus at which neurons have their largest activations, by path and neuron. Memory depends on the
 * number of neurons, `count` and `context`, not on the size of the corpus. Errors if a name matches no tensor, or one
 * that is not [batch, length, width].
 */
export async function topActivations(
  model: BoundLayer,
  corpus: Corpus,
  options: TopActivationsOptions,
): Promise<NeuronActivations[]> {
  const caller = 'topActivations';
  expectOptions(caller, options, { ...corpusOptionNames, count: 0, context: 0, oncePerSequence: 0 });
  const { count = 10, context = 8, oncePerSequence = false } = options;
  expectInteger(caller, 'count', count, { min: 1 });
  expectInteger(caller, 'context', context);
  const lists = new Map<string, Map<number, TopList<Omit<TopActivation, 'activation'>>>>();
  await eachActivation(caller, model, corpus, options, ({ path, sequence, ids, values, neurons }) => {
    const ofPath = lists.get(path) ?? new Map(neurons.map(neuron => [neuron, new TopList(count)]));
    lists.set(path, ofPath);
    const itemAt = (position: number) => {
      const contextStart = Math.max(position - context, 0);
      const around = ids.slice(contextStart, position + context + 1);
      return { token: ids[position]!, sequence, position, context: around, contextStart };
    };
    for (const [column, neuron] of neurons.entries()) {
      const list = ofPath.get(neuron)!;
      const valueAt = (position: number) => values[position * neurons.length + column]!;
      if (oncePerSequence) {
        const best = ids.reduce((best, _, position) => (valueAt(position) > valueAt(best) ? position : best), 0);
        if (list.accepts(valueAt(best))) list.add(valueAt(best), itemAt(best));
      } else
        for (let position = 0; position < ids.length; position++)
          if (list.accepts(valueAt(position))) list.add(valueAt(position), itemAt(position));
    }
  });
  return [...lists].flatMap(([path, ofPath]) =>
    [...ofPath].map(([neuron, list]) => ({
      path,
      neuron,
      top: list.sorted().map(({ value, item }) => ({ activation: value, ...item })),
    })),
  );
}
