import type { RemoteModel } from '@residual/model/worker';

/** The source of a model: the one of the page, a Hugging Face id or a URL, or dropped files. */
export type ModelOrigin =
  | 'shipped'
  | { readonly id: string; readonly hub: string }
  | { readonly files: readonly File[] };

/** The source of a model for the worker, and the hub that has it; `shipped` are the files of the page's own model. */
export function sourceOf(origin: ModelOrigin, shipped: Readonly<Record<string, string>>) {
  const source = origin === 'shipped' ? shipped : 'id' in origin ? origin.id : origin.files;
  const hub = typeof origin === 'object' && 'hub' in origin && origin.hub !== '' ? { endpoint: origin.hub } : {};
  return { source, hub };
}

/** Errors if a model came without its tokenizer. */
export async function expectTokenizer(model: Pick<RemoteModel, 'encode'>): Promise<void> {
  await model.encode('a').catch(() => {
    throw new Error('This page needs the tokenizer.json of the model too.');
  });
}
