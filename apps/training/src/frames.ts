/** Waits for the next frame. */
export function nextFrame(): Promise<number> {
  return new Promise(requestAnimationFrame);
}

/** Calls `act` once a frame with the latest item. */
export function perFrame<Item = void>(act: (item: Item) => void): (item: Item) => void {
  let last: { readonly item: Item } | undefined;
  return item => {
    const isAsked = last !== undefined;
    last = { item };
    if (isAsked) return;
    requestAnimationFrame(() => {
      const { item: shown } = last!;
      last = undefined;
      act(shown);
    });
  };
}
