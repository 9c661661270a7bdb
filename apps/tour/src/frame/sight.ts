/**
 * Calls `see` when an element comes into the window and when it leaves it; `share` of it must be there, by default
 * anything.
 */
export function watchSight(element: Element, see: (isInSight: boolean) => void, share = 0): void {
  new IntersectionObserver(entries => see(entries.at(-1)!.isIntersecting), { threshold: share }).observe(element);
}
