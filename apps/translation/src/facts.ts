import { bitsOf, byId, grouped, make, megabytes, percent } from '@residual/appkit';
import type { RemoteModel } from '@residual/model/worker';

/** Shows where the weights of the model are, and its sizes. */
export async function showFacts(model: RemoteModel): Promise<void> {
  const { depth, encoderDepth, heads, encoderHeads, vocab, maxPositions, backend } = model;
  const { parameters, parts, bytes } = await model.describe();
  const sizeOf = (path: string) => parts.find(part => part.path === path)?.parameters ?? 0;
  const shares = [
    ['Embedding', sizeOf('source.embedding'), `one vector for each of ${grouped(vocab)} tokens, in both languages`],
    ['Encoder', sizeOf('encoder'), `${encoderDepth} layers of ${encoderHeads} heads, which read the English`],
    ['Decoder', sizeOf('decoder'), `${depth} layers of ${heads} heads, which write the French and look at the encoder`],
  ] as const;
  const rows = shares.map(([name, size, what]) => {
    const bar = make('div', { className: 'bar', title: `${grouped(size)} weights` });
    bar.style.setProperty('--share', String(size / parameters));
    const share = `${grouped(size)} weights, ${percent(size / parameters)}`;
    return make('div', {}, make('dt', { textContent: name }), make('dd', {}, bar, make('b', {}, share), ` ${what}`));
  });
  byId('shares').replaceChildren(...rows);
  byId('facts').textContent =
    `Together ${grouped(parameters)} weights in ${megabytes(bytes)} MB of memory, ${bitsOf(bytes, parameters)} each. ` +
    `It reads and writes up to ${maxPositions} tokens at a time, and it runs in this page, on ${backend}.`;
}
