import {
  attempt,
  byId,
  chips,
  on,
  readControls,
  type State,
  saveFile,
  settingsFold,
  writeControls,
} from '@residual/appkit';
import type { Session } from '../session.js';
import { ofEmoji, type Settings } from '../settings.js';
import { codesFrom, codesText } from './codes-text.js';
import { pngOf, showImage } from './image-canvas.js';
import { imageSizes, openPainter, type Painter } from './painter.js';
import { patchView } from './patch-view.js';

/** Names to try. */
const names = ['red heart', 'green square', 'grinning face', 'blue button', 'student', 'four o’clock', 'purple dog'];

/** The emoji at the top of its chapter. */
export interface EmojiView {
  /** Paints what the settings say, with the codes of the address. */
  paint(): Promise<void>;
  /** Ends what moves. */
  stop(): Promise<void>;
  /** Shows codes of a picture, as those of a file, and writes them into the address. */
  take(codes: Int32Array, sentence: string): Promise<void>;
}

/** Wires the name, the picture with its patches, and the buttons of the emoji. */
export function emojiView(state: State<Settings>, session: Session): EmojiView {
  const painter = openPainter(session, () => {
    patches.update();
    show();
  });
  const show = () => {
    const image = patches.preview ?? painter.image;
    if (image) showImage(byId<HTMLCanvasElement>('painting'), image);
    showButtons(painter);
  };
  const take = async (codes: Int32Array, sentence: string) => {
    state.set({ codes: codesText(codes) });
    await painter.show(codes);
    say(sentence);
  };
  const paint = async () => {
    const { rows, columns, codebookSize } = imageSizes(session);
    const { emoji, codes: text } = state.now;
    const codes = codesFrom(text, rows * columns, codebookSize);
    if (!codes.includes(-1)) {
      await painter.show(codes);
      return say('Its codes are those of the link.');
    }
    say(`It paints ${emoji || 'what it likes'}.`);
    const unknown = await painter.paint(emoji, state.now, codes).catch(error => {
      say(error instanceof Error && error.name === 'AbortError' ? 'Stopped.' : '');
      throw error;
    });
    say(endSentence(codes.filter(code => code < 0).length, unknown, state.now));
    await patches.choose(painter.leastLikely);
  };
  const patches = patchView(state, session, painter, {
    refresh: show,
    goOn: async codes => {
      state.set({ codes: codesText(codes) });
      await paint();
    },
    take: codes => take(codes, 'One patch is changed; the others stay as they were.'),
  });
  wireSettings(state, paint);
  on('stop-painting', 'click', painter.stop);
  byId('codeCount').addEventListener('input', () =>
    attempt(async () => {
      const at = byId<HTMLInputElement>('codeCount').valueAsNumber;
      await painter.stop();
      await painter.seek(at);
    }),
  );
  on('save-emoji', 'click', async () => {
    const image = patches.preview ?? painter.image;
    if (image) saveFile(`${state.now.emoji || 'emoji'}.png`, await pngOf(image));
  });
  patches.update();
  showButtons(painter);
  return { paint, stop: painter.stop, take };
}

const say = (sentence: string) => {
  byId('emoji-status').textContent = sentence;
};

/** Shows how many codes are shown, and which buttons do something now. */
function showButtons({ at, count, isMoving, codes }: Painter): void {
  const slider = byId<HTMLInputElement>('codeCount');
  [slider.max, slider.value] = [String(count), String(at)];
  slider.setAttribute('aria-valuetext', `${at} of ${codes.length} codes`);
  byId('patches').classList.toggle('moving', isMoving);
  byId<HTMLButtonElement>('stop-painting').disabled = !isMoving;
  byId<HTMLButtonElement>('save-emoji').disabled = count === 0;
}

/** Wires the name and the settings of an emoji; what is changed is painted anew. */
function wireSettings(state: State<Settings>, paint: () => Promise<void>): void {
  const settings = Object.keys(ofEmoji) as (keyof typeof ofEmoji)[];
  const paintAnew = () => {
    state.set({ ...readControls(ofEmoji), codes: '' });
    return paint();
  };
  on('ask-emoji', 'submit', paintAnew);
  on('another-emoji', 'click', () => {
    writeControls({ emojiSeed: (state.now.emojiSeed + 1) % 2 ** 32 });
    return paintAnew();
  });
  const markName = chips(
    'names',
    names.map(name => [name, name] as const),
    emoji => {
      writeControls({ emoji });
      attempt(paintAnew);
    },
  );
  for (const name of settings) if (name !== 'emoji') on(name, 'change', paintAnew);
  const saySettings = settingsFold('emoji-settings', () => {
    const { emojiTemperature, emojiGuidance, emojiSeed } = state.now;
    return `temperature ${emojiTemperature}, guidance ${emojiGuidance}, seed ${emojiSeed}`;
  });
  const write = () => {
    writeControls(Object.fromEntries(settings.map(name => [name, state.now[name]])));
    markName(state.now.emoji);
    saySettings();
  };
  state.on(settings, write);
  write();
}

/** How a painting went, as a sentence. */
function endSentence(count: number, unknownWords: readonly string[], { emojiSeed }: Settings): string {
  const quoted = unknownWords.slice(0, 3).map(word => `“${word}”`);
  const unknown = quoted.length === 0 ? '' : ` It left out ${new Intl.ListFormat('en').format(quoted)}.`;
  return `It wrote ${count} codes; seed ${emojiSeed}. It hesitated most at the framed patch.${unknown}`;
}
