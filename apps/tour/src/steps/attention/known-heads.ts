import { headScores, nameMoverScores } from '@residual/inspect';
import type { Model } from '@residual/model';
import { namePrompts, story } from './texts.js';

/** A head that does best what some heads are known to do. */
export interface KnownHead {
  readonly role: 'previousToken' | 'induction' | 'nameMover';
  readonly layer: number;
  readonly head: number;
  /** The mean share of its attention that goes where the role says. */
  readonly share: number;
}

/** The best previous-token and induction head on a story that is said twice, and the best name mover on prompts. */
export async function knownHeads(model: Model): Promise<KnownHead[]> {
  const ids = model.tokensOf(story);
  const { previousToken, induction } = await headScores(model, [...ids, ...ids], { period: ids.length });
  const examples = namePrompts.map(text => ({ ids: model.tokensOf(text), names: [0, 2] }));
  const { attribution, attention } = await nameMoverScores(model, examples);
  return [
    { role: 'previousToken', ...bestOf(previousToken, previousToken) },
    { role: 'induction', ...bestOf(induction, induction) },
    { role: 'nameMover', ...bestOf(attribution, attention) },
  ];
}

/** The head with the largest score in [layer][head], and its share of attention. */
function bestOf(scores: readonly (readonly number[])[], shares: readonly (readonly number[])[]) {
  const all = scores.flatMap((row, layer) => row.map((score, head) => ({ layer, head, score })));
  const { layer, head } = all.reduce((best, each) => (each.score > best.score ? each : best));
  return { layer, head, share: shares[layer]![head]! };
}
