import { byId, percent } from '@residual/appkit';
import type { RemoteTraining } from '@residual/train/worker';
import { attentionView } from './attention-view.js';
import { CharacterMap, showSpace } from './character-map.js';
import { controls } from './controls.js';
import type { EmbeddingSnapshot, GptRequests } from './work/character-gpt.js';

/** A character GPT in training. */
export type GptJob = RemoteTraining<GptRequests & { backend: () => string }>;

/** The pause between two snapshots: at least so many milliseconds, and so many times the duration of a snapshot. */
const pause = { least: 400, times: 6 } as const;

/** The map of the characters and the attention of a GPT, as of a moment of its training. */
export interface SnapshotView {
  /** Takes a snapshot and shows it. */
  show(job: GptJob): Promise<void>;
  /** Takes a snapshot if the map is visible and the last one was long enough ago. */
  showIfDue(job: GptJob): Promise<void>;
  /** Allows a snapshot at once. */
  reset(): void;
  /** Empties the map. */
  clear(): void;
}

/** Wires the map of the characters and the attention. */
export function snapshotView(): SnapshotView {
  const attention = attentionView();
  const canvas = byId<HTMLCanvasElement>('map');
  const map = new CharacterMap(canvas);
  let nextTime = 0;

  const show = async (job: GptJob) => {
    const startTime = performance.now();
    nextTime = Number.POSITIVE_INFINITY; // one snapshot at a time
    const [embedding, weights] = await Promise.all([job.ask('embedding'), job.ask('attention', controls().probe)]);
    map.show(embedding);
    byId('map-note').textContent = nearestText(embedding);
    attention.show(weights);
    nextTime = startTime + Math.max(pause.least, pause.times * (performance.now() - startTime));
  };
  return {
    show,
    showIfDue: async job => {
      if (performance.now() > nextTime && canvas.clientWidth > 0) await show(job);
    },
    reset: () => {
      nextTime = 0;
    },
    clear: () => map.clear(),
  };
}

function nearestText({ shares, near: { of, others } }: EmbeddingSnapshot): string {
  const variance = percent(shares[0]! + shares[1]!);
  const nearest = others.map(showSpace).join(' ');
  return `Nearest to ${showSpace(of)}: ${nearest}. The axes show ${variance} of the variance of the embeddings.`;
}
