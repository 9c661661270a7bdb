import { arrowDirection, make } from '@residual/appkit';
import { previewed, type ScorePhone, valueInWords } from './phones.js';

/** What a visitor makes of a phone; `undefined` gives it back to the model. */
export interface PhoneChange {
  readonly seconds?: number | undefined;
  readonly pitch?: number | undefined;
}

/** How phones are laid out and what is called. */
export interface PhoneLaneOptions {
  /** CSS pixels of a second. */
  readonly scale: number;
  /** The height of a pitch in CSS pixels from above, and back. */
  readonly heightOf: (pitch: number) => number;
  readonly pitchOf: (y: number) => number;
  readonly wordAt: (index: number) => string;
  /** Called with the phones as they are shown. */
  readonly onLayout: (phones: readonly ScorePhone[]) => void;
  readonly onPhone: (phone: ScorePhone) => void;
  readonly onChange: (phone: ScorePhone, change: PhoneChange) => void;
}

/** A row of phones whose right edges and points are dragged, or moved by arrow keys. */
export interface PhoneLane {
  write(phones: readonly ScorePhone[]): void;
  /** Lets Tab reach the phones of a word. Returns their span in seconds; undefined if there are none. */
  choose(word: number | undefined): { readonly start: number; readonly end: number } | undefined;
}

/** The shortest and the longest that a phone can be made, in seconds, and the step of a key. */
const [shortest, longest, lengthStep] = [0.016, 1.6, 0.016];

/** The step of the pitch by a key. */
const pitchStep = 0.2;

/** Fewer CSS pixels are a click and not a drag. */
const leastDrag = 3;

/** Wires the row. */
export function phoneLane(row: HTMLElement, options: PhoneLaneOptions): PhoneLane {
  const { scale, heightOf, pitchOf, wordAt, onLayout, onPhone, onChange } = options;
  let phones: readonly ScorePhone[] = [];
  let shown: readonly ScorePhone[] = [];
  let elements: HTMLElement[] = [];
  let chosen: number | undefined;

  const layOut = (next: readonly ScorePhone[]) => {
    shown = next;
    for (const [i, phone] of shown.entries()) {
      const [element, { start, end, pitch }] = [elements[i]!, phone];
      element.style.left = `${start * scale}px`;
      element.style.width = `${(end - start) * scale}px`;
      if (pitch !== undefined) element.style.setProperty('--pitch', `${heightOf(pitch)}px`);
      element.ariaValueNow = String(Math.round(1000 * (end - start)));
      element.ariaValueText = valueInWords(phone);
      element.ariaLabel = phone.word === undefined ? 'pause' : `${phone.label} in “${wordAt(phone.word)}”`;
      element.classList.toggle('stressed', phone.isStressed);
    }
    onLayout(shown);
  };
  const mark = () => {
    for (const [i, element] of elements.entries()) {
      const isChosen = chosen !== undefined && phones[i]!.word === chosen;
      element.classList.toggle('chosen', isChosen);
      element.tabIndex = isChosen ? 0 : -1;
    }
  };
  const made = (phone: ScorePhone): HTMLElement => {
    const element = make('div', { className: 'phone', role: 'slider' }, make('i', { className: 'edge' }));
    element.append(make('span', { textContent: phone.label }));
    if (!phone.isPause) element.append(make('i', { className: 'point' }));
    element.classList.toggle('pause', phone.isPause);
    [element.ariaValueMin, element.ariaValueMax] = ['0', String(1000 * longest)];
    return element;
  };

  wireDrag(row, {
    indexOf: element => elements.indexOf(element),
    begin: (index, isEdge, { clientX, clientY }) => {
      const before = shown;
      const { start, end, pitch, isPause } = before[index]!;
      const isLength = isEdge || isPause;
      return event => {
        const moved = isLength ? event.clientX - clientX : event.clientY - clientY;
        if (Math.abs(moved) < leastDrag) return undefined;
        const change = isLength
          ? { seconds: clamped(end - start + moved / scale) }
          : { pitch: pitchOf(heightOf(pitch!) + moved) };
        layOut(previewed(before, index, change));
        return change;
      };
    },
    end: (index, change) => (change ? onChange(phones[index]!, change) : onPhone(phones[index]!)),
    cancel: () => layOut(phones),
  });

  row.addEventListener('keydown', event => {
    const index = elements.indexOf(document.activeElement as HTMLElement);
    const phone = shown[index];
    if (!phone) return;
    const change = changeOf(event, phone);
    if (!change) return;
    event.preventDefault();
    if (change.seconds !== undefined || change.pitch !== undefined) layOut(previewed(shown, index, change as never));
    onChange(phone, change);
  });

  return {
    write: next => {
      const other = next.findIndex((phone, i) => phone.label !== phones[i]?.label);
      const shared = other < 0 ? Math.min(next.length, phones.length) : other; // elements that stay, with their focus
      phones = next;
      for (const element of elements.slice(shared)) element.remove();
      const added = next.slice(shared).map(made);
      elements = [...elements.slice(0, shared), ...added];
      row.append(...added);
      if (shared === 0) chosen = undefined;
      mark();
      layOut(phones);
    },
    choose: word => {
      chosen = word;
      mark();
      const own = phones.filter(phone => word !== undefined && phone.word === word);
      return own.length === 0 ? undefined : { start: own[0]!.start, end: own.at(-1)!.end };
    },
  };
}

const clamped = (seconds: number) => Math.min(longest, Math.max(shortest, seconds));

/** What a key makes of a phone: arrow keys change it, with Shift by more, Delete gives it back to the model. */
function changeOf({ key, shiftKey }: KeyboardEvent, { start, end, pitch }: ScorePhone): PhoneChange | undefined {
  if (key === 'Delete' || key === 'Backspace') return { seconds: undefined, pitch: undefined };
  const [right, up] = arrowDirection(key) ?? [0, 0];
  const steps = shiftKey ? 5 : 1;
  if (right !== 0) return { seconds: clamped(end - start + right * steps * lengthStep) };
  if (up !== 0 && pitch !== undefined) return { pitch: Math.min(3, Math.max(-3, pitch + up * steps * pitchStep)) };
  return undefined;
}

/** What a drag does. */
interface DragOptions {
  readonly indexOf: (element: HTMLElement) => number;
  /** Begins a drag; the function that it returns shows the change at a pointer. */
  readonly begin: (
    index: number,
    isEdge: boolean,
    event: PointerEvent,
  ) => (event: PointerEvent) => PhoneChange | undefined;
  readonly end: (index: number, change: PhoneChange | undefined) => void;
  readonly cancel: () => void;
}

/** Follows one pointer from a phone until it is released. */
function wireDrag(row: HTMLElement, { indexOf, begin, end, cancel }: DragOptions): void {
  let stop: (() => void) | undefined;
  row.addEventListener('pointerdown', event => {
    const element = (event.target as HTMLElement).closest<HTMLElement>('.phone');
    if (!element || stop || event.button !== 0) return;
    const index = indexOf(element);
    const follow = begin(index, (event.target as HTMLElement).classList.contains('edge'), event);
    const ending = new AbortController();
    stop = () => {
      ending.abort();
      stop = undefined;
    };
    const { signal } = ending;
    const isOwn = ({ pointerId }: PointerEvent) => pointerId === event.pointerId;
    element.setPointerCapture(event.pointerId);
    element.addEventListener('pointermove', move => isOwn(move) && follow(move), { signal });
    element.addEventListener(
      'pointerup',
      up => {
        if (!isOwn(up)) return;
        stop?.();
        end(index, follow(up));
      },
      { signal },
    );
    element.addEventListener(
      'pointercancel',
      () => {
        stop?.();
        cancel();
      },
      { signal },
    );
  });
}
