import { type Alternative, byId, finePercent, make } from '@residual/appkit';
import type { ByteImage } from '@residual/vision';
import type { Session } from '../session.js';
import { consideredAt, type Patch } from './considered.js';
import { imageCanvas } from './image-canvas.js';
import { imageSizes } from './painter.js';
import { around } from './patch-grid.js';

/** A code that is tried out in the place of the one that is there. */
export interface TriedCode {
  readonly code: number;
  /** The picture that it gives. */
  readonly image: ByteImage;
}

/** The codes that are considered for a patch, each with what it would give; one of them can be tried out. */
export interface CodeList {
  /** Undefined while it is the code that is there. */
  readonly tried: TriedCode | undefined;
  /** Shows the codes for a patch, in the picture of the first `at` codes. */
  show(patch: Patch, at: number, signal: AbortSignal): Promise<void>;
  clear(): void;
}

/** Fills the list `alternatives`; `changed` is called when another code is tried out. */
export function codeList(session: Session, changed: () => void): CodeList {
  const list = byId('alternatives');
  let tried: TriedCode | undefined;
  const tryOut = (pressed: HTMLElement, next: TriedCode | undefined) => {
    for (const button of list.querySelectorAll('button')) button.ariaPressed = String(button === pressed);
    tried = next;
    changed();
  };
  return {
    get tried() {
      return tried;
    },
    show: async (patch, at, signal) => {
      const { codes, index } = patch;
      const sizes = imageSizes(session);
      const visible = codes.map((code, i) => (i < at ? code : -1));
      const items: HTMLElement[] = [];
      for (const choice of await consideredAt(session.model, patch, sizes.codebookSize, signal)) {
        const { token: code, isWritten } = choice;
        const image = await session.model.decodeImage(visible.with(index, code), { signal });
        const button = buttonOf(choice, imageCanvas(image, `code ${code}`, around(index, sizes, image)));
        button.addEventListener('click', () => tryOut(button, isWritten ? undefined : { code, image }));
        items.push(make('li', {}, button));
      }
      signal.throwIfAborted();
      list.replaceChildren(...items);
    },
    clear: () => {
      list.replaceChildren();
      tried = undefined;
    },
  };
}

/** A button for a code, with what it would give. */
function buttonOf({ token, probability, isWritten }: Alternative, seen: HTMLElement): HTMLButtonElement {
  const percentage = finePercent(probability);
  return make(
    'button',
    {
      type: 'button',
      className: isWritten ? 'written' : '',
      ariaPressed: String(isWritten),
      ariaLabel: `code ${token}, ${percentage}${isWritten ? ', as it is' : ''}`,
    },
    seen,
    make('span', { className: 'figure' }, percentage),
  );
}
