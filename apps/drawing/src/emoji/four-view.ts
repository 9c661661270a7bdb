import { byId, make, on, type State, singleRun, writeControls } from '@residual/appkit';
import type { Session } from '../session.js';
import type { Settings } from '../settings.js';
import type { EmojiView } from './emoji-view.js';
import { imageCanvas } from './image-canvas.js';
import { paintOptionsOf } from './sampling.js';

/** How many pictures are painted. */
const count = 4;

/** Wires four pictures of the same name with seeds that follow each other; the one that is clicked is taken up. */
export function fourView(state: State<Settings>, session: Session, { take }: EmojiView): void {
  const runs = singleRun();
  on('paint-four', 'click', () =>
    runs.start(async signal => {
      const { emoji, ...settings } = state.now;
      const list = byId('four');
      list.replaceChildren();
      byId('four-name').textContent = emoji === '' ? 'whatever it likes' : emoji;
      for (let i = 0; i < count; i++) {
        const emojiSeed = (settings.emojiSeed + i) % 2 ** 32;
        const options = { ...paintOptionsOf({ ...settings, emojiSeed }), signal };
        const { image, codes } = await session.model.paint(emoji, options).result();
        signal.throwIfAborted();
        const button = make('button', { type: 'button', title: 'Take this picture up' });
        button.append(imageCanvas(image, `${emoji}, seed ${emojiSeed}`), make('span', {}, `seed ${emojiSeed}`));
        button.addEventListener('click', async () => {
          writeControls({ emoji, emojiSeed });
          state.set({ emoji, emojiSeed });
          await take(codes, `It is the picture of seed ${emojiSeed}.`);
          byId('painting').scrollIntoView({ block: 'nearest' });
        });
        list.append(make('li', {}, button));
      }
    }),
  );
}
