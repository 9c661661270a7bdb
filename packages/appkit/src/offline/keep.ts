/** Milliseconds between two looks at what the page is doing. */
const interval = 500;
/** The number of looks in a row at which nothing was loading. */
const quietLooks = 4;

/**
 * Keeps the page and its data in the browser, so that it opens without a network from the second visit on. It begins
 * once the page has loaded and has shown no progress of loading for some seconds, so that it delays nothing. Where the
 * browser offers no service workers, or none for an insecure address, and for visitors who save data nothing happens.
 */
export async function keepForOffline(): Promise<void> {
  const { connection } = navigator as { readonly connection?: { readonly saveData?: boolean } };
  if (!('serviceWorker' in navigator) || connection?.saveData) return;
  await untilQuiet();
  // A browser may refuse, as in a private window: then the page works as before.
  await navigator.serviceWorker.register(new URL('./sw.js', document.baseURI)).catch(() => undefined);
}

const untilQuiet = () =>
  new Promise<void>(resolve => {
    let quiet = 0;
    const look = () => {
      const isLoading = document.readyState !== 'complete' || document.querySelector('.loading:not([hidden])') !== null;
      quiet = isLoading ? 0 : quiet + 1;
      if (quiet < quietLooks) return;
      clearInterval(timer);
      resolve();
    };
    const timer = setInterval(look, interval);
  });
