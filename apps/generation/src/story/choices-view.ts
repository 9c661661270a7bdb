import { byId, latestOnly, reportFailure } from '@residual/appkit';
import type { BarsElement } from '@residual/elements';
import { readControls } from '../controls.js';
import type { Session } from '../session.js';
import { barsAt, type Position } from './choices.js';
import { isSameSampling, samplingOf, samplingText } from './sampling.js';
import { samplingAt } from './story.js';
import { labelOf } from './tokens.js';

/** The bars of the token that is written or pointed at. */
export interface ChoicesView {
  /** The position that is shown. */
  readonly position: Position | undefined;
  /** Shows a position; resolves when its bars are on the page, or those of a later one. */
  show(position: Position): Promise<void>;
  clear(): void;
}

/** Wires the bars, which follow the settings of the controls; `choose` is called with the token of a bar. */
export function choicesView(session: Session, choose: (position: Position, token: number) => void): ChoicesView {
  const element = byId<BarsElement>('bars');
  const latest = latestOnly();
  let position: Position | undefined;

  const draw = async (at: Position) => {
    const sampling = samplingOf(readControls());
    const { index, story, branch, pending } = at;
    const token = pending ?? story.branches[branch]?.own[index - (story.branches[branch]!.fork?.at ?? 0)];
    if (index === 0) {
      element.bars = [];
      element.setAttribute('label', 'Nothing comes before the first token, so the model says nothing about it.');
      return;
    }
    const shown = await latest(barsAt(session, at, sampling));
    if (!shown || position !== at) return;
    const isOther = !isSameSampling(sampling, samplingAt(story, branch));
    element.setAttribute('label', captionOf(at, token && labelOf(token)));
    element.setAttribute('after', `${isOther ? 'it would be' : 'after'} ${samplingText(sampling)}`);
    element.setAttribute('cut', shown.cut);
    element.bars = shown.bars;
  };
  element.addEventListener('residual-choice', ({ detail }) => {
    if (position) choose(position, detail.id);
  });
  // An invalid number is reported when the next story is written.
  document.addEventListener('input', () => {
    if (position) reportFailure(draw(position).catch(() => {}));
  });
  return {
    get position() {
      return position;
    },
    show: at => {
      position = at;
      return draw(at);
    },
    clear: () => {
      position = undefined;
      element.bars = [];
      element.setAttribute('label', 'What the model would write next');
    },
  };
}

const captionOf = ({ index, story, branch, pending }: Position, text: string | undefined): string => {
  const isYours = index < Math.min(story.promptLength, story.branches[branch]!.fork?.at ?? Infinity);
  const name = text === undefined ? '' : ` “${text.trim()}”`;
  if (pending) return `What comes next, token ${index + 1}`;
  return `Instead of token ${index + 1},${name}${isYours ? ' in your beginning' : ''}`;
};
