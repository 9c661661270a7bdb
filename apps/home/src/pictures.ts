import { prefersStill } from '@residual/appkit';

/**
 * Sets the pictures of the cards in motion when they come into view, and again when a card is pointed at or has the
 * focus. At rest a picture shows where its movement ends.
 */
export function animatePictures(): void {
  if (prefersStill()) return;
  const watcher = new IntersectionObserver(
    entries => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        watcher.unobserve(target);
        move(target);
      }
    },
    { threshold: 0.6 },
  );
  for (const card of document.querySelectorAll('.apps a')) {
    const picture = card.querySelector('svg');
    if (!picture) continue;
    watcher.observe(picture);
    for (const event of ['pointerenter', 'focus']) card.addEventListener(event, () => move(picture));
  }
}

/** Starts all movements of a picture together. */
function move(picture: Element): void {
  for (const movement of picture.querySelectorAll<SVGAnimationElement>('animate, animateMotion, animateTransform'))
    movement.beginElement();
}
