import type { Page } from 'playwright';

/** What is missing in a page as it stands: a line for each text that ought to be there. */
export type FindMissing = (page: Page) => Promise<readonly string[]>;

/** What went wrong in pages that are watched. */
export interface PageWatch {
  /** A line for each error that a page showed, threw or wrote to the console, and each request that failed, but for those that a test expected. */
  readonly problems: readonly string[];
  /** Watches a page from now on; call it before the page goes anywhere. */
  observe(page: Page): Promise<void>;
  /** Tells what went wrong since the last call and what is missing now, which a test did not expect. */
  newProblems(): Promise<string[]>;
}

/** What a test expects to go wrong, until it ends. */
interface ExpectedProblem {
  readonly text: string | RegExp;
  isMet: boolean;
}

interface WatchedPage {
  readonly page: Page;
  expected: ExpectedProblem[];
}

const watches = new Set<PageWatch>();
const watchedPages = new Map<Page, WatchedPage>();

/** Every watch of this file, for the check after each test. */
export const allWatches = (): readonly PageWatch[] => [...watches];

/** Waits until the page shows this error, which then does not count as wrong; any other one that is shown fails the test. */
export const expectError = async (page: Page, text: string | RegExp): Promise<void> => {
  const expected = { text, met: true };
  watchedPages.get(page)?.expected.push(expected);
  await page.locator('[role=alert]:visible, .error:visible', { hasText: text }).first().waitFor();
};

/** Expects that the page writes this to the console or asks for it in vain before the test ends, which then does not count as wrong. */
export const expectFailure = (page: Page, text: string | RegExp): void => {
  watchedPages.get(page)?.expected.push({ text, isMet: false });
};

/** Lets the page show this error, or write it to the console, before the test ends: where it may also be gone before it is seen, as of a text that is being typed. */
export const tolerateError = (page: Page, text: string | RegExp): void => {
  watchedPages.get(page)?.expected.push({ text, isMet: true });
};

const fits = (line: string, { text }: ExpectedProblem) =>
  typeof text === 'string' ? line.toLowerCase().includes(text.toLowerCase()) : text.test(line);

/** Runs in the page: tells of each error as it becomes visible. */
const reportShownErrors = () => {
  const shown = new Map<Element, string>();
  const look = () => {
    for (const place of document.querySelectorAll('[role=alert], .error')) {
      const text = place.checkVisibility() ? place.textContent!.trim() : '';
      if (text === (shown.get(place) ?? '')) continue;
      shown.set(place, text);
      if (text !== '') (globalThis as unknown as { tellTest(line: string): void }).tellTest(text);
    }
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
  });
};

/** Runs in the page: the visible texts, in shadows too, that no visitor should read, and controls and headings without a text. */
const unreadableTexts = () => {
  const found: string[] = [];
  const look = (root: ParentNode) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) look(element.shadowRoot);
      if (!element.checkVisibility()) continue;
      const text = element.textContent ?? '';
      const isNamed = text.trim() !== '' || element.hasAttribute('aria-label') || element.hasAttribute('title');
      if (element.matches('h1, h2, h3, h4, button, legend, th, option, a') && !isNamed)
        found.push(`<${element.localName}${element.id && ` id="${element.id}"`}> has no text`);
      const own = [...element.childNodes]
        .filter(node => node.nodeType === Node.TEXT_NODE)
        .map(node => node.textContent);
      const raw = /\b(undefined|NaN|\w*Error:.*)|\[object \w+\]/.exec(own.join(' '));
      if (raw && !element.matches('script, style, textarea')) found.push(`it shows “${raw[0]}”`);
    }
  };
  look(document);
  return found;
};

/** Watches pages; `missing` says what must stand in each of them at the end of every test. */
export const watchPages = (missing: FindMissing = async () => []): PageWatch => {
  const pages: WatchedPage[] = [];
  const [problems, fresh]: [string[], { line: string; from: WatchedPage }[]] = [[], []];
  const watch: PageWatch = {
    get problems() {
      return [
        ...problems,
        ...fresh.filter(({ line, from }) => !from.expected.some(each => fits(line, each))).map(({ line }) => line),
      ];
    },
    observe: async page => {
      const watchedPage: WatchedPage = { page, expected: [] };
      const add = (line: string) => fresh.push({ line, from: watchedPage });
      watchedPages.set(page, watchedPage);
      pages.push(watchedPage);
      await page.exposeFunction('tellTest', (text: string) => add(`shows the error “${text}”`));
      await page.addInitScript(reportShownErrors);
      page.on('pageerror', error => add(`throws ${error.message}`));
      page.on('console', message => message.type() === 'error' && add(`writes to the console: ${message.text()}`));
      page.on(
        'response',
        response => response.status() >= 400 && add(`gets ${response.status()} from ${response.url()}`),
      );
      page.on('requestfailed', request => {
        const reason = request.failure()?.errorText ?? '';
        if (reason !== 'net::ERR_ABORTED') add(`asks ${request.url()} in vain: ${reason}`); // a request that was ended is not lost
      });
    },
    newProblems: async () => {
      const lines: string[] = [];
      for (const own of pages) {
        if (own.page.isClosed()) continue;
        for (const what of [...(await own.page.evaluate(unreadableTexts)), ...(await missing(own.page))])
          lines.push(what);
      }
      for (const { line, from } of fresh.splice(0)) {
        const expected = from.expected.find(each => fits(line, each));
        if (expected) expected.isMet = true;
        else lines.push(line);
      }
      for (const own of pages) {
        for (const { text, isMet: met } of own.expected) if (!met) lines.push(`did not go wrong as expected: ${text}`);
        own.expected = [];
      }
      problems.push(...lines);
      return lines;
    },
  };
  watches.add(watch);
  return watch;
};
