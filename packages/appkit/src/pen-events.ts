/** A point of a canvas, from 0 to 1 on both sides. */
export type CanvasPoint = readonly [x: number, y: number];

/** What happens with a pen. */
export interface PenHandlers {
  /** Called where the pen is put down; if it returns false, this pen does not draw. */
  readonly begin: (point: CanvasPoint) => boolean;
  /** Called with the points through which the pen went since the last call, in order. */
  readonly move: (points: readonly CanvasPoint[]) => void;
  /** Called when the pen is lifted. */
  readonly end: () => void;
}

/** Draws on a canvas with mouse, finger or pen, one of them at a time. */
export function penEvents(canvas: HTMLCanvasElement, { begin, move, end }: PenHandlers): void {
  let pointer: number | undefined; // of the one that draws
  const pointOf = (event: PointerEvent): CanvasPoint => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const within = (value: number) => Math.min(1, Math.max(0, value));
    return [within((event.clientX - left) / width), within((event.clientY - top) / height)];
  };
  canvas.addEventListener('pointerdown', event => {
    if (pointer !== undefined || event.button !== 0) return;
    event.preventDefault();
    if (!begin(pointOf(event))) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
  });
  canvas.addEventListener('pointermove', event => {
    if (event.pointerId !== pointer) return;
    const all = event.getCoalescedEvents();
    move((all.length > 0 ? all : [event]).map(pointOf));
  });
  for (const ending of ['pointerup', 'pointercancel'] as const)
    canvas.addEventListener(ending, event => {
      if (event.pointerId !== pointer) return;
      pointer = undefined;
      end();
    });
}
