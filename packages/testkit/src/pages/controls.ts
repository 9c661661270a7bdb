import type { Page } from 'playwright';

/** The ids of controls, those of a selector, whose `aria-describedby` leads to no sentence. */
export const undescribedControls = (page: Page, selector: string): Promise<string[]> =>
  page.locator(selector).evaluateAll(all =>
    all
      .filter(one => !one.matches('.dismiss')) // its name says it
      .filter(one => {
        const description = document.getElementById(one.getAttribute('aria-describedby') ?? '')?.textContent ?? '';
        return !/^[A-Z].*\.$/.test(description);
      })
      .map(one => one.id),
  );

/** The ids that the focus comes by when Tab is pressed so often from the link home: of an element, or where it has none of the nearest around it. */
export const reachedByTab = async (page: Page, presses: number): Promise<Set<string>> => {
  const reached = new Set<string>();
  await page.locator('.home a').focus();
  for (let i = 0; i < presses; i++) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => document.activeElement?.closest('[id]')?.id ?? ''));
  }
  return reached;
};
