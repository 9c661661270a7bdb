/** Waits for the next frame. */
export function nextFrame(): Promise<number> {
  return new Promise(requestAnimationFrame);
}

/** Hands on the last of what comes, once a frame. */
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
