import { byId } from '@residual/appkit';
import type { AttentionElement, HeadDetail, HeadsElement } from '@residual/elements';
import type { AttentionSnapshot } from './work/character-gpt.js';

/** The attention of all heads over one text, with one head enlarged. */
export function attentionView(): { show(snapshot: AttentionSnapshot): void } {
  const [heads, one] = [byId<HeadsElement>('heads-map'), byId<AttentionElement>('attention')];
  let latest: AttentionSnapshot | undefined;

  const showOne = () => {
    const { layer, head } = heads.selected;
    const data = latest?.heads[layer]?.[head];
    if (!latest || !data) return;
    byId('head-title').hidden = false;
    byId('head-title').textContent = `Block ${layer}, head ${head}`;
    one.show(latest.tokens, { shape: [latest.tokens.length, latest.tokens.length], data });
  };
  heads.addEventListener('residual-head', event => {
    heads.selected = (event as CustomEvent<HeadDetail>).detail;
    showOne();
  });
  return {
    show: snapshot => {
      latest = snapshot;
      heads.show(snapshot.heads, [snapshot.tokens.length, snapshot.tokens.length]);
      showOne();
    },
  };
}
