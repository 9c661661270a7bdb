import { make, perFrame, prefersStill, type State } from '@residual/appkit';
import type { Settings } from '../settings.js';
import type { Section } from './section.js';
import type { Step } from './step.js';

/**
 * The rail of steps: it shows the step in view and leads to each, also by the arrow keys left and right while no
 * control has the focus. The step in view is in the address.
 */
export function navigation(
  rail: HTMLElement,
  steps: readonly Step[],
  sections: readonly Section[],
  state: State<Settings>,
): void {
  const links = steps.map(({ name, text }, i) =>
    make('a', { href: `#step=${name}`, title: text.title }, make('i', {}, String(i + 1)), make('span', {}, text.title)),
  );
  rail.append(make('ol', {}, ...links.map(link => make('li', {}, link))));
  let current = -1;
  const show = (index: number) => {
    if (index === current) return;
    current = index;
    for (const [i, link] of links.entries()) {
      link.classList.toggle('passed', i < index);
      if (i === index) link.setAttribute('aria-current', 'step');
      else link.removeAttribute('aria-current');
    }
  };
  const go = (index: number, behavior: ScrollBehavior = prefersStill() ? 'auto' : 'smooth') => {
    const section = sections[index];
    if (!section) return;
    section.element.scrollIntoView({ behavior, block: 'start' });
    section.title.focus({ preventScroll: true });
  };
  for (const [i, link] of links.entries())
    link.addEventListener('click', event => {
      event.preventDefault();
      go(i);
    });
  addEventListener('keydown', event => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const { target } = event;
    const isFree = target === document.body || (target instanceof Element && target.matches('h2, .rail a'));
    if (move === undefined || !isFree || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    go(Math.min(steps.length - 1, Math.max(0, inView(sections) + move)));
  });
  watch(sections, index => {
    show(index);
    state.set({ step: index < 0 ? '' : steps[index]!.name });
  });
  const wanted = () => steps.findIndex(({ name }) => name === state.now.step);
  state.on(['step'], () => wanted() !== current && go(wanted()));
  if (wanted() >= 0) go(wanted(), 'auto');
}

/** The index of the section that crosses a line in the upper half of the window; -1 before the first. */
function inView(sections: readonly Section[]): number {
  const isAtEnd = scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
  if (isAtEnd) return sections.length - 1;
  const line = innerHeight * 0.45;
  return sections.findLastIndex(({ element }) => element.getBoundingClientRect().top < line);
}

/** Calls `act` with the index of the section in view, at most once a frame. */
function watch(sections: readonly Section[], act: (index: number) => void): void {
  const request = perFrame(() => act(inView(sections)));
  addEventListener('scroll', () => request(), { passive: true });
  addEventListener('resize', () => request());
}
