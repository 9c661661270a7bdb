import { shippedModel } from '@residual/appkit';
import type { TranslatedSegment } from '@residual/model';
import { pageAddress, translator } from '../../worker/lab.js';

let latest: { readonly text: string; readonly segment: Promise<TranslatedSegment> } | undefined;

/** The first sentence of a text with its translation and alignment. The latest one is computed only once. */
export function translatedSegment(text: string): Promise<TranslatedSegment> {
  if (latest?.text !== text) {
    const segment = translate(text);
    latest = { text, segment };
    segment.catch(() => {
      latest = undefined;
    });
  }
  return latest.segment;
}

async function translate(text: string): Promise<TranslatedSegment> {
  const model = await translator();
  const { segments } = await model.translate(text, { alignments: true }).result();
  return segments[0]!;
}

/** The bytes of the translator's files, as their server says; undefined if it does not. */
export async function translatorBytes(): Promise<number | undefined> {
  const addresses = Object.values(shippedModel('en-fr', await pageAddress));
  const sizes = await Promise.all(
    addresses.map(async address => {
      const { ok, headers } = await fetch(address, { method: 'HEAD' });
      return ok ? Number(headers.get('content-length') ?? Number.NaN) : Number.NaN;
    }),
  ).catch(() => [Number.NaN]);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return Number.isFinite(total) ? total : undefined;
}
