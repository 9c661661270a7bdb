/** Calls `act` each time an element leaves the window, so that what runs for it can stop. */
export function onLeaving(element: Element, act: () => void): void {
  let isThere = false;
  new IntersectionObserver(entries => {
    const wasThere = isThere;
    isThere = entries.at(-1)!.isIntersecting;
    if (wasThere && !isThere) act();
  }).observe(element);
}
